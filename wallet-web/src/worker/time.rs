//! Time and randomness: the arguments the wallet itself never fetches.

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use js_sys::{Date, Promise};
use saifu_protocol::value;
use wasm_bindgen_futures::JsFuture;

use super::scope;

/// The longest time a timer can be set to, in milliseconds: it takes a signed 32-bit number, and ends at once on more.
const LONGEST_TIMER_MS: u64 = i32::MAX as u64;

/// The platform's randomness. It panics where there is none: nothing may be made without it.
pub(crate) fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Milliseconds since 1970, by this device's clock.
pub(crate) fn now_ms() -> u64 {
    // Saturates: a clock before 1970 gives 0.
    Date::now() as u64
}

/// The day where the owner is, by this device's clock and time zone.
pub(crate) fn today() -> value::Date {
    let now = Date::new_0();
    let (year, month, day) = (now.get_full_year(), now.get_month() + 1, now.get_date());
    // A clock outside the years 0 to 9999 is wrong, and no value's period reaches there.
    value::parse_date(&format!("{year:04}-{month:02}-{day:02}")).unwrap_or(value::Date::MAX)
}

/// By how many minutes the owner's clock is ahead of UTC now.
pub(crate) fn offset_minutes() -> i16 {
    // Saturates. Browsers say by how much it is behind.
    (Date::new_0().get_timezone_offset() as i16).saturating_neg()
}

/// Waits. A sleeping device may make it longer.
pub(crate) async fn sleep(mut ms: u64) {
    while ms > 0 {
        let part = ms.min(LONGEST_TIMER_MS);
        ms -= part;
        let elapsed = Promise::new(&mut |resolve, _| {
            let timer = scope()
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, part as i32);
            if let Err(error) = timer {
                wasm_bindgen::throw_val(error);
            }
        });
        // It is never rejected.
        let _ = JsFuture::from(elapsed).await;
    }
}
