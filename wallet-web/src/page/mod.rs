//! The page's side: it shows and asks. No key reaches it.
//!
//! The [`service`] holds what the Worker told and passes on what the owner wants; the [`screens`] render the one and
//! send the other, and decide nothing. What the browser itself offers (preferences, clipboard, installing, updating)
//! is in [`device`]; words and formats are pure.

#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
mod format;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
mod qr;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
mod route;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
mod secret;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
mod tree;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, unused_imports))]
mod words;

#[cfg(target_arch = "wasm32")]
mod card;
#[cfg(target_arch = "wasm32")]
mod choosing;
#[cfg(target_arch = "wasm32")]
mod crash;
#[cfg(target_arch = "wasm32")]
mod device;
#[cfg(target_arch = "wasm32")]
mod keeping;
#[cfg(target_arch = "wasm32")]
mod node;
#[cfg(target_arch = "wasm32")]
mod parts;
#[cfg(target_arch = "wasm32")]
mod passkey;
#[cfg(target_arch = "wasm32")]
mod screens;
#[cfg(target_arch = "wasm32")]
mod service;
#[cfg(target_arch = "wasm32")]
mod signals;
#[cfg(target_arch = "wasm32")]
mod touch;

/// Starts the Worker and shows the app in the element that `index.html` keeps for it.
#[cfg(target_arch = "wasm32")]
pub(crate) fn run() {
    use leptos::mount::mount_to_renderer;
    use leptos::prelude::document;

    if !words::learn(device::shown_language(), device::first_words()) {
        wasm_bindgen::throw_str("the words are not those of this build");
    }
    crash::watch();
    let Some(place) = document().get_element_by_id("app") else {
        wasm_bindgen::throw_str("index.html has no element with the id 'app'");
    };
    place.set_text_content(None);
    mount_to_renderer(&place, || screens::app(service::Service::start())).forget();
}
