//! The smallest store that keeps every promise: everything in memory. It also shows, with a fault planted, that the
//! cases notice.

use crate::{Device, WalletStore};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::port::{Batch, Body, CommitError, Key, Opened};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Default)]
struct Medium {
    version: u64,
    records: BTreeMap<Key, Body>,
}

/// A place in memory.
#[derive(Clone, Default)]
pub struct MemoryDevice(Rc<RefCell<Medium>>);

/// A store in memory.
pub struct MemoryStore(Rc<RefCell<Medium>>);

impl Device for MemoryDevice {
    type Store = MemoryStore;

    async fn open(&self) -> Result<(MemoryStore, Opened), String> {
        let mut medium = self.0.borrow_mut();
        medium.version += 1;
        let records = medium
            .records
            .iter()
            .filter(|(key, _)| key.is_read_on_open());
        let opened = Opened {
            version: medium.version,
            records: records.map(|(key, body)| (*key, body.clone())).collect(),
        };
        Ok((MemoryStore(self.0.clone()), opened))
    }
}

impl WalletStore for MemoryStore {
    async fn body(&self, item: ItemId) -> Option<Body> {
        self.0.borrow().records.get(&Key::Body(item)).cloned()
    }

    async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        let mut medium = self.0.borrow_mut();
        if batch.expected_version != medium.version {
            return Err(CommitError::Fenced);
        }
        for key in &batch.deletes {
            medium.records.remove(key);
        }
        medium.records.extend(batch.puts);
        medium.version += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CASES, run};
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// Memory never waits, so one poll is enough.
    fn at_once<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => unreachable!("memory never waits"),
        }
    }

    #[test]
    fn memory_keeps_every_promise() {
        for case in CASES {
            let outcome = at_once(run(case, &MemoryDevice::default()));
            assert_eq!(outcome, Ok(()), "{case}");
        }
    }

    #[derive(Clone, Copy, PartialEq)]
    enum Fault {
        IgnoresTheVersion,
        KeepsTheVersion,
        PutsBeforeItChecks,
        DeletesBeforeItChecks,
        ForgetsDeletes,
        DeletesLast,
        OpensWithoutFencing,
        ReadsBodiesOnOpen,
        StoresOneRecordOnly,
        KeepsWhatWasThere,
    }

    struct FaultyDevice(MemoryDevice, Fault);
    struct FaultyStore(MemoryStore, Fault);

    impl Device for FaultyDevice {
        type Store = FaultyStore;

        async fn open(&self) -> Result<(FaultyStore, Opened), String> {
            let (store, mut opened) = self.0.open().await?;
            let mut medium = store.0.borrow_mut();
            if self.1 == Fault::OpensWithoutFencing {
                medium.version -= 1;
                opened.version -= 1;
            }
            if self.1 == Fault::ReadsBodiesOnOpen {
                opened.records = medium.records.clone().into_iter().collect();
            }
            drop(medium);
            Ok((FaultyStore(store, self.1), opened))
        }
    }

    impl WalletStore for FaultyStore {
        async fn body(&self, item: ItemId) -> Option<Body> {
            self.0.body(item).await
        }

        async fn commit(&self, mut batch: Batch) -> Result<(), CommitError> {
            {
                let mut medium = self.0.0.borrow_mut();
                match self.1 {
                    Fault::IgnoresTheVersion => batch.expected_version = medium.version,
                    Fault::PutsBeforeItChecks => medium.records.extend(batch.puts.clone()),
                    Fault::DeletesBeforeItChecks => {
                        medium.records.retain(|key, _| !batch.deletes.contains(key));
                    }
                    Fault::ForgetsDeletes => batch.deletes.clear(),
                    Fault::DeletesLast => {
                        batch.puts.retain(|(key, _)| !batch.deletes.contains(key));
                    }
                    Fault::StoresOneRecordOnly => batch.puts.truncate(1),
                    Fault::KeepsWhatWasThere => {
                        let there = |key: &Key| medium.records.contains_key(key);
                        batch.puts.retain(|(key, _)| !there(key));
                    }
                    Fault::KeepsTheVersion
                    | Fault::OpensWithoutFencing
                    | Fault::ReadsBodiesOnOpen => {}
                }
            }
            self.0.commit(batch).await?;
            if self.1 == Fault::KeepsTheVersion {
                self.0.0.borrow_mut().version -= 1;
            }
            Ok(())
        }
    }

    #[test]
    fn every_planted_fault_is_noticed() {
        for (name, fault) in [
            ("ignores the version", Fault::IgnoresTheVersion),
            ("keeps the version", Fault::KeepsTheVersion),
            ("puts before it checks", Fault::PutsBeforeItChecks),
            ("deletes before it checks", Fault::DeletesBeforeItChecks),
            ("forgets deletes", Fault::ForgetsDeletes),
            ("deletes last", Fault::DeletesLast),
            ("opens without fencing", Fault::OpensWithoutFencing),
            ("reads bodies on open", Fault::ReadsBodiesOnOpen),
            ("stores one record only", Fault::StoresOneRecordOnly),
            ("keeps what was there", Fault::KeepsWhatWasThere),
        ] {
            let noticed = CASES.iter().any(|case| {
                let device = FaultyDevice(MemoryDevice::default(), fault);
                at_once(run(case, &device)).is_err()
            });
            assert!(noticed, "no case notices a store that {name}");
        }
    }
}
