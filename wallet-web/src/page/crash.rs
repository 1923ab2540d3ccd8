//! When the page panics, wasm is dead and nothing reactive draws any more: a screen is put up by hand.

use super::device;
use super::words::{Key, text};
use leptos::prelude::document;
use wasm_bindgen::JsValue;
use web_sys::Element;

/// From now on a panic shows that screen.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // If even this fails, the console has the reason and the old screen stays.
        let _ = show();
    }));
}

/// Replaces everything by the words, with a link that reloads: a handler would need the dead wasm.
fn show() -> Result<(), JsValue> {
    let lang = device::shown_language();
    let add = |parent: &Element, tag: &str, class: &str, words: Option<Key>| {
        let child = document().create_element(tag)?;
        if !class.is_empty() {
            child.set_class_name(class);
        }
        if let Some(words) = words {
            child.set_text_content(Some(text(lang, words)));
        }
        parent.append_child(&child)?;
        Ok::<Element, JsValue>(child)
    };
    let Some(body) = document().body() else {
        return Ok(());
    };
    body.set_text_content(None);
    let main = add(&body, "main", "", None)?;
    let main = add(&main, "div", "alone", None)?;
    main.set_attribute("role", "alert")?;
    add(&main, "h1", "", Some(Key::CrashTitle))?;
    add(&main, "p", "", Some(Key::CrashText))?;
    add(&main, "p", "", Some(Key::CrashNow))?;
    let actions = add(&main, "div", "actions", None)?;
    let again = add(&actions, "a", "btn btn--primary", Some(Key::StartAgain))?;
    again.set_attribute("href", "/")?;
    Ok(())
}
