//! The wallet in the browser.
//!
//! One wasm module runs twice: on the page, which shows and asks, and in a dedicated Worker, which holds keys and
//! values and talks to safes (the "IC card"). `boot.js` starts both; which one this is shows in the global scope.

#[cfg(target_arch = "wasm32")]
mod messages;
// Its words, formats and addresses are pure, and tested natively.
#[cfg(any(target_arch = "wasm32", test))]
mod page;
#[cfg(target_arch = "wasm32")]
mod worker;

/// What is freed is overwritten: text that was read from JSON or grew has left copies that no type of ours owns, and without
/// this a secret stays in the module's memory until something else happens to lie there.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

#[cfg(target_arch = "wasm32")]
fn main() {
    use wasm_bindgen::JsCast;

    match js_sys::global().dyn_into::<web_sys::DedicatedWorkerGlobalScope>() {
        Ok(scope) => {
            console_error_panic_hook::set_once();
            worker::run(scope);
        }
        Err(_) => page::run(),
    }
}

/// Outside the browser there is nothing to run; the crate still compiles, so that the workspace is one.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
