//! The wait: who may have an entry that another account registered, and what that account says of it.

use super::{Context, search, work::Work};
use crate::command::WaitItem;
use crate::entry::{Entry, EntryKey};
use crate::hold::{May, urgency};
use alloc::vec::Vec;
use saifu_protocol::hold::{Asked, AskedItem, AskedPage, Said};
use saifu_protocol::limits::MAX_ASKED;
use saifu_protocol::message::Outcome;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::push::{PushKey, PushOffer};
use saifu_protocol::{PublicKey, UnixTime};

/// Lets an account at an entry, unless it is frozen, or has it wait from now on. Asked once the entry would do what is wanted:
/// of what is over nobody waits to hear that. Who waits is written down also while nothing leaves: whoever comes for it must not
/// go unseen, and its owner is to wait no longer for having frozen it.
pub(super) fn admit(
    work: &mut Work,
    entry: &Entry,
    account: PublicKey,
    context: &Context<'_>,
) -> Result<(), Problem> {
    match wait_for(work, entry, account, context) {
        Err(problem) if problem.code == Code::Denied => Err(problem),
        waits => not_frozen(work, entry).and(waits),
    }
}

/// Nothing leaves what is frozen, whoever asks: also the account that registered it may be that of a device that was stolen.
pub(super) fn not_frozen(work: &Work, entry: &Entry) -> Result<(), Problem> {
    match work.loaded.frozen.get(&entry.account) {
        Some(frozen) => Err(Problem::frozen(frozen.since)),
        None => Ok(()),
    }
}

/// Whether an account may see chunks of an entry: only where it could have it now. Nobody begins to wait by that.
pub(super) fn may_look(
    work: &Work,
    entry: &Entry,
    account: PublicKey,
    context: &Context<'_>,
) -> Result<(), Problem> {
    not_frozen(work, entry)?;
    if entry.account == account {
        return Ok(());
    }
    let known = work.asked(entry.account, account);
    let (may, _) = entry.hold.judge(account, known, context.now);
    admitted(may)
}

fn admitted(may: May) -> Result<(), Problem> {
    match may {
        May::Yes => Ok(()),
        May::From(until) => Err(Problem::waiting(until)),
        May::Never => Err(Code::Denied.into()),
    }
}

/// Whether an account need not wait, or not any more. For what hands out nothing also while everything is frozen.
pub(super) fn wait_for(
    work: &mut Work,
    entry: &Entry,
    account: PublicKey,
    context: &Context<'_>,
) -> Result<(), Problem> {
    if entry.account == account {
        return Ok(());
    }
    let known = work.asked(entry.account, account);
    let (may, begun) = entry.hold.judge(account, known, context.now);
    if let Some(asked) = begun {
        work.ask(entry.account, asked);
    }
    admitted(may)
}

/// Says how long others wait. Answers from when on that holds.
pub(super) fn wait(
    work: &mut Work,
    items: &[WaitItem],
    context: &Context<'_>,
) -> Vec<Outcome<UnixTime>> {
    let mut wait_one = |item: &WaitItem| -> Result<UnixTime, Problem> {
        let claim = &item.claim;
        let key = search::locate(work, claim.wanted.as_ref(), claim.proved, context)?;
        let entry = entry_at(work, key)?;
        // Somebody else who has the holder's key shortens nothing, whatever the wait is.
        if entry.account != claim.account {
            return Err(Code::NotFound.into());
        }
        let hold = entry.hold.set(item.wait, context.now);
        work.hold(key, hold);
        Ok(hold.shorter.map_or(context.now, |shorter| shorter.from))
    };
    items
        .iter()
        .map(|item| match wait_one(item) {
            Ok(from) => Outcome::Done(from),
            Err(problem) => Outcome::Problem(problem),
        })
        .collect()
}

fn entry_at(work: &Work, key: EntryKey) -> Result<Entry, Problem> {
    let loaded = work.loaded.entries.get(&key).ok_or(Code::NotFound)?;
    Ok(loaded.entry.clone())
}

/// Who waits for what this account has, after it has said what becomes of one of them, who comes first.
pub(super) fn asked(
    work: &mut Work,
    account: PublicKey,
    item: &AskedItem,
    context: &Context<'_>,
) -> Outcome<AskedPage> {
    let services = &context.settings.push;
    let decided = match item {
        AskedItem::List => None,
        // A safe calls nobody but the services its operator named, whoever asks.
        AskedItem::Push { to: Some(to) } if !services.take(to) => {
            return Outcome::Problem(Code::Malformed.into());
        }
        AskedItem::Push { to } => {
            work.wake(account, to.as_ref());
            None
        }
        &AskedItem::Decide { account: of, may } => {
            // Nobody who has not asked: what is said of strangers must not fill the ledger.
            if let Some(known) = work.asked(account, of) {
                let said = Some(if may { Said::Yes } else { Said::No });
                let told = Asked { said, ..known };
                if told != known {
                    work.ask(account, told);
                }
            }
            Some(of)
        }
    };
    let mut asked: Vec<Asked> = work.asked_of(account).collect();
    asked.sort_by_key(|asked| (Some(asked.account) != decided, urgency(asked)));
    // One who is decided about was asked for twice.
    asked.dedup();
    asked.truncate(MAX_ASKED);
    let push = (!services.is_none()).then(|| PushOffer {
        key: PushKey::new(context.keys.push().public()),
        on: work.loaded.push.is_some(),
    });
    let frozen = work.loaded.frozen.get(&account).copied();
    Outcome::Done(AskedPage {
        asked,
        push,
        frozen,
    })
}
