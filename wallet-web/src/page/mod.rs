//! The page's side: it shows and asks. No key reaches it.

mod card;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::messages::{FromWorker, ToWorker};

/// What the page knows of the Worker so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readiness {
    Starting,
    Ready,
    Failed,
}

/// Starts the Worker and shows the app in the element that `index.html` keeps for it.
pub(crate) fn run() {
    let Some(place) = document().get_element_by_id("app") else {
        wasm_bindgen::throw_str("index.html has no element with the id 'app'");
    };
    let place: HtmlElement = place.unchecked_into();
    place.set_text_content(None);
    mount_to(place, App).forget();
}

#[component]
fn App() -> impl IntoView {
    let readiness = RwSignal::new(Readiness::Starting);
    card::start(move |card, message| match message {
        Ok(FromWorker::Ready) => card.post(&ToWorker::Encouraged),
        Ok(FromWorker::Parts(_)) => readiness.set(Readiness::Ready),
        Err(_) => readiness.set(Readiness::Failed),
    });
    view! {
        <main>
            <h1>"Saifu"</h1>
            <p role="status" data-readiness=move || name(readiness.get())>
                {move || text(readiness.get())}
            </p>
        </main>
    }
}

fn name(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::Starting => "starting",
        Readiness::Ready => "ready",
        Readiness::Failed => "failed",
    }
}

fn text(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::Starting => "Opening the wallet …",
        Readiness::Ready => "The wallet is open.",
        Readiness::Failed => "The wallet could not open. Reload the page; nothing is lost.",
    }
}
