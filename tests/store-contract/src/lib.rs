//! What any wallet store must do, whatever it is made of.
//!
//! In scope: one case per promise that the wallet relies on, written against [`Device`] and [`WalletStore`], and
//! [`memory`], the smallest store that keeps them all. The same cases run on memory natively (this crate's tests) and on
//! IndexedDB in a real browser (`tests/e2e/store-contract.test.mjs`).
//!
//! Not in scope: what only one kind of store can suffer — quotas, closed connections, damaged files. The browser test
//! sees to that itself.

pub mod memory;

use saifu_wallet_core::ids::{FlowId, ItemId};
use saifu_wallet_core::port::{Batch, Body, CommitError, Durability, Key, Opened};

/// Where the store of one wallet lies. A case gets one on which nothing has been stored yet.
#[expect(async_fn_in_trait, reason = "everything runs on one thread")]
pub trait Device {
    /// The store that lies there.
    type Store: WalletStore;

    /// Opens the store and fences off whoever had it open.
    async fn open(&self) -> Result<(Self::Store, Opened), String>;
}

/// A wallet store.
#[expect(async_fn_in_trait, reason = "everything runs on one thread")]
pub trait WalletStore {
    /// The body of an item.
    async fn body(&self, item: ItemId) -> Option<Body>;

    /// Stores all of the batch, or nothing.
    async fn commit(&self, batch: Batch) -> Result<(), CommitError>;
}

/// What came of a case; an error says what was found instead.
pub type Outcome = Result<(), String>;

macro_rules! cases {
    ($($name:ident,)*) => {
        /// The names of all cases.
        pub const CASES: &[&str] = &[$(stringify!($name)),*];

        /// Runs the case with this name.
        ///
        /// # Errors
        /// When the store does not keep its promise, or there is no such case.
        pub async fn run<D: Device>(case: &str, device: &D) -> Outcome {
            match case {
                $(stringify!($name) => $name(device).await,)*
                _ => Err(format!("there is no case {case}")),
            }
        }
    };
}

cases! {
    a_new_store_is_empty,
    what_is_committed_is_there_on_open,
    bodies_are_read_one_by_one_and_not_on_open,
    a_body_that_is_not_there_is_none,
    every_commit_raises_the_version_by_one,
    a_put_replaces_and_a_delete_removes,
    deletes_come_before_puts,
    deleting_what_is_not_there_is_no_failure,
    an_empty_batch_raises_the_version,
    another_version_is_fenced_and_nothing_is_stored,
    whoever_opens_fences_off_whoever_had_it_open,
    the_slower_of_two_is_fenced_and_the_faster_goes_on,
    records_of_every_size_come_back,
    ten_thousand_items_open_by_their_index,
}

fn ensure(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

fn text(text: &str) -> Body {
    Body::new(text.as_bytes().to_vec())
}

fn item(number: u8) -> ItemId {
    ItemId::new([number; 16])
}

fn flow(number: u8) -> Key {
    Key::Flow(FlowId::new([number; 16]))
}

/// One record of every kind that is read on open.
fn one_of_each() -> Vec<(Key, Body)> {
    vec![
        (Key::Page(0), text("page")),
        (
            Key::from_name(&format!("safe/{}", "A".repeat(43))).unwrap_or(Key::Ledger),
            text("safe"),
        ),
        (flow(1), text("flow")),
        (Key::Notice(item(2)), text("notice")),
        (Key::Ledger, text("ledger")),
    ]
}

fn batch(expected_version: u64, puts: Vec<(Key, Body)>, deletes: Vec<Key>) -> Batch {
    Batch {
        expected_version,
        puts,
        deletes,
        durability: Durability::Strict,
    }
}

fn must(stored: Result<(), CommitError>) -> Outcome {
    stored.map_err(|error| format!("a commit that should succeed was {error:?}"))
}

fn must_be_fenced(stored: Result<(), CommitError>) -> Outcome {
    match stored {
        Err(CommitError::Fenced) => Ok(()),
        other => Err(format!("a commit that should be fenced was {other:?}")),
    }
}

/// Compares records regardless of their order, by their text.
fn must_hold(opened: &Opened, expected: &[(Key, Body)]) -> Outcome {
    let sorted = |records: &[(Key, Body)]| {
        let mut sorted: Vec<(Key, String)> = records
            .iter()
            .map(|(key, body)| (*key, String::from_utf8_lossy(body.as_bytes()).into_owned()))
            .collect();
        sorted.sort();
        sorted
    };
    let (found, expected) = (sorted(&opened.records), sorted(expected));
    if found == expected {
        Ok(())
    } else {
        Err(format!("expected {expected:?}, found {found:?}"))
    }
}

async fn a_new_store_is_empty<D: Device>(device: &D) -> Outcome {
    let (_, opened) = device.open().await?;
    must_hold(&opened, &[])
}

async fn what_is_committed_is_there_on_open<D: Device>(device: &D) -> Outcome {
    for durability in [Durability::Strict, Durability::Relaxed] {
        let (store, opened) = device.open().await?;
        let mut stored = batch(opened.version, one_of_each(), Vec::new());
        stored.durability = durability;
        must(store.commit(stored).await)?;
        let (_, opened) = device.open().await?;
        must_hold(&opened, &one_of_each())?;
    }
    Ok(())
}

async fn bodies_are_read_one_by_one_and_not_on_open<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    let puts = vec![
        (Key::Body(item(1)), text("one")),
        (Key::Body(item(2)), text("two")),
        (Key::Ledger, text("ledger")),
    ];
    must(store.commit(batch(opened.version, puts, Vec::new())).await)?;
    ensure(
        store.body(item(2)).await == Some(text("two")),
        "not the body that was stored",
    )?;
    let (store, opened) = device.open().await?;
    must_hold(&opened, &[(Key::Ledger, text("ledger"))])?;
    ensure(
        store.body(item(1)).await == Some(text("one")),
        "the body is not there after opening again",
    )
}

async fn a_body_that_is_not_there_is_none<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    ensure(
        store.body(item(1)).await.is_none(),
        "a body that was never stored",
    )?;
    let put = vec![(Key::Body(item(1)), text("one"))];
    must(store.commit(batch(opened.version, put, Vec::new())).await)?;
    let delete = vec![Key::Body(item(1))];
    must(
        store
            .commit(batch(opened.version + 1, Vec::new(), delete))
            .await,
    )?;
    ensure(
        store.body(item(1)).await.is_none(),
        "a body that was deleted",
    )
}

async fn every_commit_raises_the_version_by_one<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    for step in 0..5 {
        let put = vec![(Key::Ledger, text(&step.to_string()))];
        must(
            store
                .commit(batch(opened.version + step, put, Vec::new()))
                .await,
        )?;
    }
    let (_, again) = device.open().await?;
    must_hold(&again, &[(Key::Ledger, text("4"))])?;
    ensure(
        again.version >= opened.version + 5,
        "the version that is opened lies below the last commit",
    )
}

async fn a_put_replaces_and_a_delete_removes<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    let first = vec![
        (flow(1), text("one")),
        (flow(2), text("two")),
        (Key::Body(item(1)), text("body")),
    ];
    must(store.commit(batch(opened.version, first, Vec::new())).await)?;
    let puts = vec![(flow(2), text("two, again")), (flow(3), text("three"))];
    let deletes = vec![flow(1), Key::Body(item(1))];
    must(store.commit(batch(opened.version + 1, puts, deletes)).await)?;
    let (store, opened) = device.open().await?;
    must_hold(
        &opened,
        &[(flow(2), text("two, again")), (flow(3), text("three"))],
    )?;
    ensure(
        store.body(item(1)).await.is_none(),
        "a deleted body is still there",
    )
}

async fn deletes_come_before_puts<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    let put = vec![(flow(1), text("one"))];
    must(store.commit(batch(opened.version, put, Vec::new())).await)?;
    let put = vec![(flow(1), text("anew"))];
    must(
        store
            .commit(batch(opened.version + 1, put, vec![flow(1)]))
            .await,
    )?;
    let (_, opened) = device.open().await?;
    must_hold(&opened, &[(flow(1), text("anew"))])
}

async fn deleting_what_is_not_there_is_no_failure<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    let deletes = vec![flow(1), Key::Body(item(1))];
    must(
        store
            .commit(batch(opened.version, Vec::new(), deletes))
            .await,
    )
}

async fn an_empty_batch_raises_the_version<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    let empty = |version| batch(version, Vec::new(), Vec::new());
    must(store.commit(empty(opened.version)).await)?;
    must_be_fenced(store.commit(empty(opened.version)).await)?;
    must(store.commit(empty(opened.version + 1)).await)
}

async fn another_version_is_fenced_and_nothing_is_stored<D: Device>(device: &D) -> Outcome {
    let (store, opened) = device.open().await?;
    let before = vec![(flow(1), text("one")), (Key::Body(item(1)), text("body"))];
    must(
        store
            .commit(batch(opened.version, before, Vec::new()))
            .await,
    )?;
    let version = opened.version + 1;
    for wrong in [version - 1, version + 1, version + 1_000, 0] {
        let puts = vec![
            (flow(1), text("overwritten")),
            (flow(2), text("new")),
            (Key::Body(item(1)), text("overwritten")),
            (Key::Body(item(2)), text("new")),
        ];
        must_be_fenced(store.commit(batch(wrong, puts, Vec::new())).await)?;
        let deletes = vec![flow(1), Key::Body(item(1))];
        must_be_fenced(store.commit(batch(wrong, Vec::new(), deletes)).await)?;
    }
    let same =
        store.body(item(1)).await == Some(text("body")) && store.body(item(2)).await.is_none();
    ensure(same, "a fenced commit changed bodies")?;
    // The right version still goes through: none of the wrong ones has raised it.
    let right = batch(version, vec![(Key::Ledger, text("right"))], Vec::new());
    must(store.commit(right).await)?;
    let (_, opened) = device.open().await?;
    must_hold(
        &opened,
        &[(flow(1), text("one")), (Key::Ledger, text("right"))],
    )
}

async fn whoever_opens_fences_off_whoever_had_it_open<D: Device>(device: &D) -> Outcome {
    let (old, old_opened) = device.open().await?;
    let (new, new_opened) = device.open().await?;
    // Before the new one has stored anything: what it has read must stay true.
    let late = batch(
        old_opened.version,
        vec![(flow(1), text("late"))],
        Vec::new(),
    );
    must_be_fenced(old.commit(late).await)?;
    let put = batch(new_opened.version, vec![(flow(2), text("new"))], Vec::new());
    must(new.commit(put).await)?;
    let (_, opened) = device.open().await?;
    must_hold(&opened, &[(flow(2), text("new"))])
}

async fn the_slower_of_two_is_fenced_and_the_faster_goes_on<D: Device>(device: &D) -> Outcome {
    let (slow, slow_opened) = device.open().await?;
    must(
        slow.commit(batch(
            slow_opened.version,
            vec![(flow(1), text("slow"))],
            Vec::new(),
        ))
        .await,
    )?;
    let (fast, fast_opened) = device.open().await?;
    for step in 0..3 {
        let put = vec![(flow(2), text(&step.to_string()))];
        must(
            fast.commit(batch(fast_opened.version + step, put, Vec::new()))
                .await,
        )?;
        let put = vec![(flow(1), text("slow, again"))];
        must_be_fenced(
            slow.commit(batch(slow_opened.version + 1, put, Vec::new()))
                .await,
        )?;
    }
    let (_, opened) = device.open().await?;
    must_hold(&opened, &[(flow(1), text("slow")), (flow(2), text("2"))])
}

async fn records_of_every_size_come_back<D: Device>(device: &D) -> Outcome {
    let sizes = [0, 1, 15, 16, 17, 4_096, 1 << 20];
    let bytes = |size: usize| Body::new((0..size).map(|i| (i % 251) as u8).collect());
    let (store, opened) = device.open().await?;
    let puts = (1..)
        .zip(sizes)
        .map(|(number, size)| (Key::Body(item(number)), bytes(size)));
    must(
        store
            .commit(batch(opened.version, puts.collect(), Vec::new()))
            .await,
    )?;
    for (number, size) in (1..).zip(sizes) {
        let same = store.body(item(number)).await == Some(bytes(size));
        ensure(same, &format!("{size} bytes did not come back"))?;
    }
    Ok(())
}

async fn ten_thousand_items_open_by_their_index<D: Device>(device: &D) -> Outcome {
    const ITEMS: u32 = 10_000;
    // Summaries of up to 64 items share a page.
    const PAGES: u32 = ITEMS.div_ceil(64);
    let (store, opened) = device.open().await?;
    let page = |number: u32| {
        (
            Key::Page(number),
            text(&format!("page {number} {:3000}", "")),
        )
    };
    let body = |number: u32| {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        (Key::Body(ItemId::new(id)), text("body"))
    };
    let puts = (0..PAGES).map(page).chain((0..ITEMS).map(body)).collect();
    must(store.commit(batch(opened.version, puts, Vec::new())).await)?;
    let (store, opened) = device.open().await?;
    must_hold(&opened, &(0..PAGES).map(page).collect::<Vec<_>>())?;
    let (key, last) = body(ITEMS - 1);
    let Key::Body(id) = key else {
        return Err("not a body".into());
    };
    ensure(
        store.body(id).await == Some(last),
        "the last body is missing",
    )
}
