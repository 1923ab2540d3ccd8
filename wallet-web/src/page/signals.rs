//! What the browser says of the device: battery, connection, network, storage, and when this wallet was last touched. Read
//! here because a Worker reaches none of it; what it means is decided in the wallet.

use super::device::{self, call, listen};
use js_sys::{Date, Reflect};
use leptos::prelude::{document, window};
use saifu_protocol::UnixTime;
use saifu_wallet_core::rules::Reading;
use saifu_wallet_core::rules::trigger::{Battery, Connection, Network, Power, WhileClosed};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

/// How often it is told even if nothing has changed, in milliseconds: times of day are to the minute.
const MINUTE_MS: u64 = 60_000;

/// What is listened to. A handle: copies mean the same.
#[derive(Clone)]
pub(crate) struct Device(Rc<Heard>);

struct Heard {
    /// The battery, once the browser has handed it out.
    battery: RefCell<Option<JsValue>>,
    /// When this wallet was last touched, in seconds.
    used: Cell<u64>,
    /// Whether the browser wakes the service worker now and then.
    while_closed: Cell<WhileClosed>,
}

impl Device {
    /// Listens to the device for as long as the page is there, and tells whenever something has changed.
    pub(crate) fn watch(told: impl Fn() + Clone + 'static) -> Self {
        let heard = Self(Rc::new(Heard {
            battery: RefCell::new(None),
            used: Cell::new(seconds()),
            while_closed: Cell::new(WhileClosed::Sleeps),
        }));
        for event in ["pointerdown", "keydown"] {
            let heard = heard.clone();
            listen(&window(), event, move |_| heard.0.used.set(seconds()));
        }
        for event in ["online", "offline"] {
            hear(&window(), event, &told);
        }
        hear(&document(), "visibilitychange", &told);
        if let Ok(connection) = connection().dyn_into::<EventTarget>() {
            hear(&connection, "change", &told);
        }
        let (owner, tell) = (heard.clone(), told.clone());
        device::settle(
            call(&window().navigator(), "getBattery", None),
            move |got| {
                let Some(battery) = got else { return };
                if let Some(battery) = battery.dyn_ref::<EventTarget>() {
                    for event in ["chargingchange", "levelchange"] {
                        hear(battery, event, &tell);
                    }
                }
                *owner.0.battery.borrow_mut() = Some(battery);
                tell();
            },
        );
        let (owner, tell) = (heard.clone(), told.clone());
        device::wake_now_and_then(move |wakes| {
            if wakes {
                owner.0.while_closed.set(WhileClosed::Wakes);
                tell();
            }
        });
        each_minute(told);
        heard
    }

    /// Reads everything there is.
    pub(crate) fn read(&self, then: impl FnOnce(Reading) + 'static) {
        let battery = self.0.battery.borrow().as_ref().and_then(battery);
        let used = UnixTime(self.0.used.get());
        let while_closed = self.0.while_closed.get();
        let storage = get(&window().navigator(), "storage");
        device::settle(call(&storage, "estimate", None), move |estimate| {
            then(Reading {
                battery,
                // Browsers that say it ask the owner first, and say it while the page is open only.
                device_used_at: None,
                wallet_used_at: used,
                network: match window().navigator().on_line() {
                    true => Network::On,
                    false => Network::Off,
                },
                connection: quality(),
                quota_room: estimate.as_ref().and_then(room),
                while_closed,
            });
        });
    }
}

fn hear(target: &EventTarget, event: &str, told: &(impl Fn() + Clone + 'static)) {
    let told = told.clone();
    listen(target, event, move |_| told());
}

/// At each full minute, so that a time of day comes when the clock shows it.
fn each_minute(told: impl Fn() + Clone + 'static) {
    // Saturates: a clock before 1970 gives 0.
    let passed = Date::now() as u64 % MINUTE_MS;
    let left = i32::try_from(MINUTE_MS - passed).unwrap_or(i32::MAX);
    device::later(left, move || {
        told();
        each_minute(told);
    });
}

fn seconds() -> u64 {
    Date::now() as u64 / 1_000
}

fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap_or_default()
}

/// Reflected: only Chromium has it.
fn connection() -> JsValue {
    get(&window().navigator(), "connection")
}

fn quality() -> Option<Connection> {
    let kind = get(&connection(), "effectiveType").as_string()?;
    Some(match kind.as_str() {
        "slow-2g" | "2g" => Connection::Slow,
        "3g" => Connection::Fair,
        _ => Connection::Good,
    })
}

#[expect(
    clippy::float_arithmetic,
    reason = "browsers say the level as a fraction of one"
)]
fn battery(battery: &JsValue) -> Option<Battery> {
    let level = get(battery, "level").as_f64()?;
    let is_charging = get(battery, "charging").as_bool()?;
    Some(Battery {
        // Saturates.
        percent: (level * 100.0) as u8,
        power: match is_charging {
            true => Power::Charger,
            false => Power::Battery,
        },
    })
}

fn room(estimate: &JsValue) -> Option<u64> {
    let quota = get(estimate, "quota").as_f64()? as u64;
    let usage = get(estimate, "usage").as_f64()? as u64;
    Some(quota.saturating_sub(usage))
}
