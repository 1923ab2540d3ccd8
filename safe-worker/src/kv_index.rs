//! The certificate index in Workers KV: eventually consistent, stale by a minute, allowed to fail.

use crate::log::{LogCode, log};
use core::time::Duration;
use futures_util::future::{Either, select};
use saifu_protocol::message::ListItem;
use saifu_protocol::{Counter, PublicKey};
use saifu_safe_core::index::{
    self, Evidence, IndexPage, Metadata, Put, Questions, certificates, covers, prefixes,
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
/// The longest cursor that is taken from a wallet.
const MAX_CURSOR_BYTES: usize = 2_048;

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

    /// Answers what it can. What it does not answer in time counts as not answered.
    pub(crate) async fn answer(&self, questions: &Questions) -> Evidence {
        let Some(store) = &self.0 else {
            return questions.unanswered();
        };
        let ask = pin!(ask(store, questions));
        match select(ask, pin!(Delay::from(PATIENCE))).await {
            Either::Left((Ok(evidence), _)) => evidence,
            Either::Left((Err(_), _)) | Either::Right(_) => {
                log(LogCode::IndexNotRead);
                questions.unanswered()
            }
        }
    }
}

fn no_store() -> KvError {
    KvError::InvalidKvStore("CERTIFICATES".into())
}

async fn ask(store: &KvStore, questions: &Questions) -> Result<Evidence> {
    let mut evidence = Evidence::default();
    for counter in &questions.counters {
        find(store, *counter, &mut evidence.certificates).await?;
    }
    if let Some((account, items)) = &questions.pages {
        for item in items {
            evidence.pages.push(page(store, account, item).await?);
        }
    }
    Ok(evidence)
}

/// Finds certificates as WO 01/13293 Fig. 4 does: the group of the counter. Narrowing and comparing is the safe's.
async fn find(store: &KvStore, counter: Counter, found: &mut Vec<String>) -> Result<()> {
    for prefix in prefixes(counter) {
        let listed = store.list().prefix(prefix).execute().await?;
        for key in listed.keys.iter().filter(|key| covers(&key.name, counter)) {
            found.extend(read(store, key).await?);
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

/// One page. Its cursor is the store's own cursor and the last key that was read after it, because a page may end in
/// the middle of one of the store's lists.
async fn page(store: &KvStore, account: &PublicKey, item: &ListItem) -> Result<IndexPage> {
    let tag = index::tag(account);
    let after = item.after.as_deref().unwrap_or("~");
    let split = (after.len() <= MAX_CURSOR_BYTES).then(|| after.rsplit_once('~'));
    let (cursor, last_key) = split.flatten().unwrap_or_default();
    let (mut cursor, mut last_key) = (cursor.to_owned(), last_key.to_owned());
    let mut found = Vec::new();
    for _ in 0..LISTS {
        let mut list = store.list();
        if !cursor.is_empty() {
            list = list.cursor(cursor.clone());
        }
        let listed = list.execute().await?;
        for key in &listed.keys {
            let is_wanted = key.name > last_key
                && metadata(key).is_some_and(|metadata| metadata.account == tag);
            if !is_wanted {
                continue;
            }
            found.extend(read(store, key).await?);
            if found.len() >= PAGE {
                return Ok(IndexPage::Read {
                    certificates: found,
                    next: Some(format!("{cursor}~{}", key.name)),
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
                cursor = next;
                last_key.clear();
            }
        }
    }
    Ok(IndexPage::Read {
        certificates: found,
        next: Some(format!("{cursor}~")),
    })
}
