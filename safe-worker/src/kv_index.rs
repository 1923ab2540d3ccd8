//! The certificate index in Workers KV: eventually consistent, stale by a minute, allowed to fail.

use crate::log::{LogCode, log};
use core::time::Duration;
use futures_util::future::{Either, select};
use saifu_protocol::{Counter, PublicKey};
use saifu_safe_core::index::{
    self, Cursor, Evidence, IndexPage, Metadata, Put, Questions, certificates, covers, prefixes,
    with_counter,
};
use std::pin::pin;
use worker::kv::{Key, KvError, KvStore};
use worker::{Delay, Env};

/// How long a request waits for the index. A recovery must not hang on a store it does not need.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many certificates a page of a listing has, at least, if there are as many.
const PAGE: usize = 100;
/// How many lists of 1,000 keys one page reads at most.
const LISTS: usize = 5;
/// How many lists and keys one question about a counter reads at most. A safe alone in its store needs two lists and
/// a key for each batch that held this counter: more than 18 only where the counter came round, or its entry was rotated,
/// as often. Ten questions are at most 200 of the 1,000 operations a request may do. What was found until then counts.
const READS: usize = 20;

type Result<T> = core::result::Result<T, KvError>;

/// The index.
pub(crate) struct KvIndex(Option<KvStore>);

impl KvIndex {
    /// The index of this Worker; one that never answers if there is no store.
    pub(crate) fn of(env: &Env) -> Self {
        Self(env.kv("CERTIFICATES").ok())
    }

    /// Writes a key.
    ///
    /// # Errors
    /// The store did not take it, or there is none.
    pub(crate) async fn put(&self, put: &Put) -> Result<()> {
        let store = self.0.as_ref().ok_or_else(no_store)?;
        store
            .put(&put.key, put.value.as_str())?
            .metadata(&put.metadata)?
            .execute()
            .await
    }

    /// Answers what it can. What it does not answer in time counts as not answered, and only that.
    pub(crate) async fn answer(&self, questions: &Questions) -> Evidence {
        let mut evidence = questions.unanswered();
        if let Some(store) = &self.0 {
            let is_whole = {
                let ask = pin!(ask(store, questions, &mut evidence));
                match select(ask, pin!(Delay::from(PATIENCE))).await {
                    Either::Left((is_whole, _)) => is_whole,
                    Either::Right(_) => false,
                }
            };
            if !is_whole {
                log(LogCode::IndexNotRead);
            }
        }
        evidence
    }
}

fn no_store() -> KvError {
    KvError::InvalidKvStore("CERTIFICATES".into())
}

/// Asks question by question; one that fails leaves the others what they are. Says whether none failed.
async fn ask(store: &KvStore, questions: &Questions, evidence: &mut Evidence) -> bool {
    let mut is_whole = true;
    for counter in &questions.counters {
        let found = find(store, *counter, &mut evidence.certificates).await;
        is_whole &= found.is_ok();
    }
    if let Some((account, items)) = &questions.pages {
        for (item, answer) in items.iter().zip(&mut evidence.pages) {
            // What is no cursor is the wallet's mistake, which the safe tells it; the store is not asked.
            let Some(cursor) = Cursor::read(item.after.as_deref()) else {
                continue;
            };
            match page(store, account, cursor).await {
                Ok(page) => *answer = page,
                Err(_) => is_whole = false,
            }
        }
    }
    is_whole
}

/// Finds certificates as WO 01/13293 Fig. 4 does: the group of the counter. Narrowing and comparing is the safe's.
async fn find(store: &KvStore, counter: Counter, found: &mut Vec<String>) -> Result<()> {
    let mut reads = READS;
    for prefix in prefixes(counter) {
        let mut cursor = None;
        loop {
            if reads == 0 {
                return Ok(());
            }
            reads -= 1;
            let mut list = store.list().prefix(prefix.clone());
            if let Some(cursor) = cursor.take() {
                list = list.cursor(cursor);
            }
            let listed = list.execute().await?;
            for key in listed.keys.iter().filter(|key| covers(&key.name, counter)) {
                if reads == 0 {
                    return Ok(());
                }
                reads -= 1;
                found.extend(with_counter(read(store, key).await?, counter));
            }
            cursor = listed.cursor.filter(|_| !listed.list_complete);
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(())
}

async fn read(store: &KvStore, key: &Key) -> Result<Vec<String>> {
    let Some(metadata) = metadata(key) else {
        return Ok(Vec::new());
    };
    let value = match metadata.certificate {
        Some(_) => None,
        None => store.get(&key.name).text().await?,
    };
    Ok(certificates(&metadata, &value.unwrap_or_default()))
}

fn metadata(key: &Key) -> Option<Metadata> {
    serde_json::from_value(key.metadata.clone()?).ok()
}

/// One page.
async fn page(store: &KvStore, account: &PublicKey, mut cursor: Cursor) -> Result<IndexPage> {
    let tag = index::tag(account);
    let mut found = Vec::new();
    for _ in 0..LISTS {
        let mut list = store.list();
        if !cursor.store.is_empty() {
            list = list.cursor(cursor.store.clone());
        }
        let listed = list.execute().await?;
        for key in &listed.keys {
            let is_wanted = key.name > cursor.key
                && metadata(key).is_some_and(|metadata| metadata.account == tag);
            if !is_wanted {
                continue;
            }
            found.extend(read(store, key).await?);
            if found.len() >= PAGE {
                cursor.key.clone_from(&key.name);
                return Ok(IndexPage::Read {
                    certificates: found,
                    next: Some(cursor.write()),
                });
            }
        }
        match listed.cursor.filter(|_| !listed.list_complete) {
            None => {
                return Ok(IndexPage::Read {
                    certificates: found,
                    next: None,
                });
            }
            Some(next) => {
                cursor = Cursor {
                    store: next,
                    key: String::new(),
                };
            }
        }
    }
    Ok(IndexPage::Read {
        certificates: found,
        next: Some(cursor.write()),
    })
}
