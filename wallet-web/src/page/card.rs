//! The page's end of the line to the Worker.

use js_sys::{Object, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsError, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::messages::{self, FromWorker, ToWorker};

#[wasm_bindgen]
extern "C" {
    /// Where wasm-bindgen's glue was loaded from: its name carries a hash that only the build knows.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static GLUE_URL: String;
}

/// The running Worker.
#[derive(Clone)]
pub(crate) struct Card(Worker);

impl Card {
    /// Sends one message. Only after [`FromWorker::Ready`] is it sure to be heard.
    pub(crate) fn post(&self, message: &ToWorker) {
        // A text can always be cloned; if not, the wallet is broken and must stop.
        if let Err(error) = self.0.post_message(&messages::write(message)) {
            wasm_bindgen::throw_val(error);
        }
    }
}

/// Starts the Worker with the page's own compiled module and passes on whatever it says. An error means that it did
/// not start, or threw.
pub(crate) fn start(mut heard: impl FnMut(&Card, Result<FromWorker, JsValue>) + Clone + 'static) {
    let card = match spawn() {
        Ok(worker) => Card(worker),
        Err(error) => wasm_bindgen::throw_val(error),
    };

    let (failed_card, mut failed) = (card.clone(), heard.clone());
    let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
        failed(&failed_card, Err(JsValue::from_str(&event.message())));
    });
    card.0.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();

    let heard_card = card.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message = messages::read(&event.data()).map_err(|error| JsError::from(error).into());
        heard(&heard_card, message);
    });
    card.0
        .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

/// Starts `boot.js` as a Worker and hands it what it needs to run this very module: nothing is loaded or compiled twice.
fn spawn() -> Result<Worker, JsValue> {
    let boot = document()
        .query_selector("script[data-wasm]")?
        .and_then(|tag| tag.get_attribute("src"))
        .ok_or_else(|| JsValue::from_str("index.html has no script tag with data-wasm"))?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("card");
    let worker = Worker::new_with_options(&boot, &options)?;

    let start = Object::new();
    Reflect::set(&start, &"js".into(), &GLUE_URL.with(String::clone).into())?;
    Reflect::set(&start, &"module".into(), &wasm_bindgen::module())?;
    worker.post_message(&start)?;
    Ok(worker)
}
