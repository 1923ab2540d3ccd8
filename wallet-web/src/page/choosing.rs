//! What an owner is choosing for a back-up: kept while the way leads from the ways that are offered to all others and
//! back, or to a safe that is added for it, and forgotten anywhere else.

use super::route::Route;
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::plan::draft::Draft;
use saifu_wallet_core::plan::preset::Preset;

/// See above.
#[derive(Clone, Copy)]
pub(crate) struct Choosing {
    /// The values it is about, while it is about any.
    about: RwSignal<Option<Option<ItemId>>>,
    /// Of all values, those to leave out.
    pub(crate) left_out: RwSignal<Vec<ItemId>>,
    /// The way that was chosen of those that are offered.
    pub(crate) preset: RwSignal<Option<Preset>>,
    /// The safes that were chosen, that of slot 0 first; the others are picked.
    pub(crate) safes: RwSignal<Vec<Option<SafeId>>>,
    /// What was put together by hand, and which way it began from.
    pub(crate) draft: RwSignal<Option<(Preset, Draft)>>,
    /// The key of the ring that is to seal.
    pub(crate) key: RwSignal<Option<ItemId>>,
}

impl Choosing {
    pub(crate) fn new() -> Self {
        Self {
            about: RwSignal::new(None),
            left_out: RwSignal::new(Vec::new()),
            preset: RwSignal::new(None),
            safes: RwSignal::new(Vec::new()),
            draft: RwSignal::new(None),
            key: RwSignal::new(None),
        }
    }

    /// Another screen is shown.
    pub(crate) fn follow(self, route: Route) {
        let about = match route {
            Route::BackUp(one) | Route::Advanced(one) => Some(one),
            Route::Safes | Route::AddSafe => return,
            _ => None,
        };
        if about != self.about.get_untracked() {
            self.about.set(about);
            self.left_out.set(Vec::new());
            self.preset.set(None);
            self.safes.set(Vec::new());
            self.draft.set(None);
            self.key.set(None);
        }
    }
}
