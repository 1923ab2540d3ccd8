//! The lock of this device at work: its wishes, what is stored for them, and the time without a touch.
//!
//! What follows from a wish is decided in `saifu_wallet_core::lock`. When the wallet locks, everything goes that could open a
//! record: wallet, store and keys. What runs meanwhile for the wallet that was open is told to nobody.

use saifu_crypto::stretch::Stretch;
use saifu_wallet_core::lock::{Factor, Kind, Record, Said, Switch, Tries, View, Wish};
use saifu_wallet_core::port::{CommitError, Event};
use saifu_wallet_core::view::Phase;
use wasm_bindgen_futures::spawn_local;

use super::store::{Locked, Way};
use super::{Card, Input, time, with_context};
use crate::messages::FromWorker;

/// The wallet, locked.
pub(super) struct Guarded {
    store: Locked,
    record: Record,
    /// Counted here, too: a full disk takes no count.
    tries: Tries,
}

impl Card {
    /// Shows that the wallet is locked.
    pub(super) async fn guard(&mut self, store: Locked) -> Result<(), Phase> {
        // What opened by the device key and does not read: nobody can open it.
        let record = Record::read(&store.record).map_err(|_| Phase::StorageDamaged)?;
        let tries = store.tries().await;
        self.guarded = Some(Guarded {
            store,
            record,
            tries,
        });
        self.show_guarded(None);
        self.page.show(Phase::Locked);
        Ok(())
    }

    fn show_guarded(&self, said: Option<Said>) {
        if let Some(guarded) = &self.guarded {
            let pause = guarded.tries.pause(time::now_ms());
            let view = View::locked(&guarded.record, said, pause);
            self.page.post(&FromWorker::Lock(view));
        }
    }

    /// What the owner wants of the lock.
    pub(super) async fn wish(&mut self, wish: Wish) {
        match wish {
            _ if self.session.is_some() => self.change(wish).await,
            Wish::Unlock(factor) => self.unlock(&factor).await,
            Wish::Erase => self.erase().await,
            Wish::PutAway => self.show_guarded(None),
            // Those are for a wallet that is open.
            Wish::Add { .. }
            | Wish::SwitchOn
            | Wish::Remove { .. }
            | Wish::SetAutoLock(_)
            | Wish::OfferKit
            | Wish::TakeKit(_) => {}
        }
    }

    async fn change(&mut self, wish: Wish) {
        let Some(session) = &mut self.session else {
            return;
        };
        let master = session.store.master();
        let next = with_context(|context| session.keeper.take(wish, master, context));
        if let Some(next) = next {
            let record = next.record.write();
            let way = match next.switch {
                Switch::Stay | Switch::On => Way::Lock(&record),
                Switch::Off => Way::Device,
            };
            let stored = session.store.change_lock(way, &mut time::rng()).await;
            match stored {
                Ok(()) => session.keeper.stored(next),
                Err(CommitError::Fenced) => return self.stop(),
                Err(CommitError::Full | CommitError::Failed) => session.keeper.not_stored(),
            }
            let standing = session.keeper.standing();
            self.feed(Event::Lock(standing)).await;
        }
        self.show_lock();
        self.watch();
    }

    /// Shows how the lock stands while the wallet is open.
    pub(super) fn show_lock(&self) {
        if let Some(session) = &self.session {
            self.page.post(&FromWorker::Lock(session.keeper.view()));
        }
    }

    async fn unlock(&mut self, factor: &Factor) {
        let Some(guarded) = &mut self.guarded else {
            return;
        };
        // Counted before it is tried: a tab that is closed in between gives no try away.
        if factor.kind() == Kind::Passcode {
            let now = time::now_ms();
            if guarded.tries.pause(now).is_some() {
                return self.show_guarded(None);
            }
            guarded.tries = guarded.tries.one_more(now);
            guarded.store.count(guarded.tries).await;
        }
        let Some(master) = guarded.record.open(factor, Stretch::default()) else {
            return self.show_guarded(Some(Said::Wrong(factor.kind())));
        };
        let Some(Guarded { store, record, .. }) = self.guarded.take() else {
            return;
        };
        let opened = match store.unlock(master, &mut time::rng()).await {
            Ok(Some((store, opened))) => self.begin(store, opened, Some(record)).await,
            Ok(None) => self.open().await,
            Err(refusal) => Err(refusal.phase()),
        };
        if let Err(phase) = opened {
            self.page.show(phase);
        }
    }

    /// The methods are lost. What lies at safes can be restored; what lay here only is gone.
    async fn erase(&mut self) {
        let Some(guarded) = &self.guarded else {
            return;
        };
        if guarded.store.erase().await.is_err() {
            return self.show_guarded(Some(Said::NotStored));
        }
        self.guarded = None;
        if let Err(phase) = self.open().await {
            self.page.show(phase);
        }
    }

    /// Locks the wallet, if it has a lock.
    pub(super) async fn lock(&mut self) {
        if !self.session.as_ref().is_some_and(|it| it.keeper.is_on()) {
            return;
        }
        // What is asked for just now is not heard any more; the service worker may see to it.
        self.feed(Event::Leaving).await;
        self.session = None;
        if let Err(phase) = self.open().await {
            self.page.show(phase);
        }
    }

    /// Somebody touched something. Answers whether the wallet is still open for it: on a device that slept, the touch may come
    /// before the alarm.
    pub(super) async fn touch(&mut self) -> bool {
        if self.is_due() {
            self.lock().await;
            return false;
        }
        self.touched_ms = time::now_ms();
        true
    }

    fn is_due(&self) -> bool {
        let since = time::now_ms().saturating_sub(self.touched_ms);
        let session = self.session.as_ref();
        session.is_some_and(|it| it.keeper.is_on() && it.keeper.auto_lock().is_due(since))
    }

    /// Sets the alarm for when nothing will have been touched for as long as the owner has said.
    pub(super) fn watch(&mut self) {
        self.watch = self.watch.wrapping_add(1);
        let keeper = self.session.as_ref().map(|it| &it.keeper);
        let minutes = keeper.filter(|it| it.is_on());
        let Some(minutes) = minutes.and_then(|it| it.auto_lock().minutes()) else {
            return;
        };
        let due = self.touched_ms.saturating_add(minutes * 60_000);
        let left = due.saturating_sub(time::now_ms());
        let (watch, inbox) = (self.watch, self.inbox.clone());
        spawn_local(async move {
            time::sleep(left).await;
            inbox.push(Input::Idle(watch));
        });
    }

    /// The alarm goes off.
    pub(super) async fn idle(&mut self, watch: u32) {
        if watch != self.watch {
            return;
        }
        match self.is_due() {
            true => self.lock().await,
            false => self.watch(),
        }
    }
}
