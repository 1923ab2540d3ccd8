//! What the page knows of how well this browser keeps the wallet, and asking it to. What that means is decided in
//! `saifu_wallet_core::eviction`.
//!
//! When the wallet was opened here last, and what the browser answered, is written down beside the theme: it is worth nothing
//! to anybody else, and goes when the browser clears this site, as it should.

use super::device;
use leptos::prelude::*;
use saifu_protocol::UnixTime;
use saifu_wallet_core::eviction::{self, Browser, Opened, Promise, Remedy, Risk, Stake, Visits};
use saifu_wallet_core::intent::Intent;

/// When the wallet was opened.
const VISITS: &str = "visits";
/// That the browser was asked to keep it, and said no or nothing.
const ASKED: &str = "asked-to-keep";

/// For how long its answer is waited for before anything is shown, in milliseconds.
const PATIENCE_MS: i32 = 1_000;

/// See above. A handle: copies mean the same.
#[derive(Clone, Copy)]
pub(crate) struct Keeping {
    pub(crate) promise: RwSignal<Promise>,
    /// Whether the browser has said what it promised, or took too long. What is shown before would move under the finger.
    pub(crate) is_heard: RwSignal<bool>,
    /// Whether the browser was asked and has not promised it.
    pub(crate) is_refused: RwSignal<bool>,
    /// Bytes free of what it allows.
    free: RwSignal<Option<u64>>,
    visits: Visits,
    /// One question at a time: some browsers ask their owner.
    is_asking: StoredValue<bool>,
}

impl Keeping {
    /// Writes this visit down, and asks what was promised.
    pub(crate) fn start() -> Self {
        let written = device::kept(VISITS).unwrap_or_default();
        let visits = Visits::with(&written, UnixTime(device::now()));
        device::keep(VISITS, &visits.write());
        let keeping = Self {
            promise: RwSignal::new(Promise::Unknown),
            is_heard: RwSignal::new(false),
            is_refused: RwSignal::new(device::kept(ASKED).is_some()),
            free: RwSignal::new(None),
            visits,
            is_asking: StoredValue::new(false),
        };
        device::storage_promised(move |promise| {
            keeping.promise.set(promise);
            keeping.stop_waiting();
        });
        device::later(PATIENCE_MS, move || keeping.stop_waiting());
        keeping
    }

    fn stop_waiting(self) {
        if !self.is_heard.get_untracked() {
            self.is_heard.set(true);
        }
    }

    /// How likely what is at stake here goes.
    pub(crate) fn risk(self, stake: Stake) -> Option<Risk> {
        let browser = Browser {
            engine: device::engine(),
            opened: match device::is_app() {
                true => Opened::AsApp,
                false => Opened::InTab,
            },
            promise: self.promise.get(),
            free: self.free.get(),
            visits: self.visits,
        };
        let mut risk = eviction::risk(&browser, stake)?;
        if self.is_refused.get() {
            // It is in the settings from then on: nobody is asked again and again.
            risk.remedies.retain(|it| *it != Remedy::AskToKeep);
        }
        Some(risk)
    }

    /// How much the browser still allows. Told each minute: only what is different makes screens anew.
    pub(crate) fn set_free(self, free: Option<u64>) {
        // To the MiB: what is decided by it is coarser.
        let free = free.map(|free| free >> 20 << 20);
        if self.free.get_untracked() != free {
            self.free.set(free);
        }
    }

    /// With the first thing that is to be kept here the browser is asked to keep it, by the press that wants it, and never
    /// again by itself.
    pub(crate) fn ask_with(self, intent: &Intent) {
        let brings_in = matches!(
            intent,
            Intent::Add { .. }
                | Intent::TakeOver { .. }
                | Intent::Recover { .. }
                | Intent::RecoverBackup { .. }
                | Intent::TakeBack { .. }
                | Intent::LastCopy { .. }
                | Intent::Fetch { .. }
                | Intent::Restore { .. }
        );
        let is_open = self.promise.get_untracked() == Promise::NotGiven;
        if brings_in && is_open && !self.is_refused.get_untracked() {
            self.ask();
        }
    }

    /// Asks the browser to keep it.
    pub(crate) fn ask(self) {
        if self.is_asking.get_value() {
            return;
        }
        self.is_asking.set_value(true);
        device::ask_to_keep(move |promise| {
            self.is_asking.set_value(false);
            self.promise.set(promise);
            let is_given = promise == Promise::Given;
            self.is_refused.set(!is_given);
            if !is_given {
                device::keep(ASKED, "no");
            }
        });
    }
}
