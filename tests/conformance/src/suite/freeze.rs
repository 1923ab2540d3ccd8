//! Freezing with one way in, and lifting that with two.

use super::scene::ensure;
use crate::device::Terminal;
use crate::owner::{Inside, new_name};
use crate::wallet::{
    Check, Held, Wallet, done, new_request, new_secret, new_session, object, one, problem,
};
use saifu_protocol::hold::{AskedItem, AskedPage};
use saifu_protocol::message::{Outcome, Route};
use saifu_protocol::owner::{
    Act as OwnerAct, Answer, FreezeItem, Froze, Frozen, LookUpId, OwnerRecoverItem, Slot, Thawed,
    Which,
};
use saifu_protocol::presentation::{Act, NO_SESSION};
use saifu_protocol::problem::Code;

const SECRET: &[u8] = b"six words";

/// An owner with words and kit, a session by the words, and something registered.
struct Scene {
    owner: Wallet,
    name: LookUpId,
    inside: Inside,
    held: Held,
}

impl Scene {
    fn new(wallet: &Wallet) -> Check<Self> {
        let (owner, name) = (wallet.other()?, new_name());
        owner.enrol(name, SECRET)?;
        let inside = owner.log_in_right(name, SECRET)?;
        let items = [(object(0), new_secret())];
        let outcomes = owner.register_held(new_request(), &items, 0)?;
        let held = owner.collate(&items, outcomes)?.remove(0);
        Ok(Self {
            owner,
            name,
            inside,
            held,
        })
    }

    fn with_kit(wallet: &Wallet) -> Check<Self> {
        let scene = Self::new(wallet)?;
        scene
            .owner
            .change_slot(&scene.inside, scene.name, b"kit", Slot::Kit)?;
        Ok(scene)
    }

    fn freeze(&self, by: &Wallet) -> Check<Froze> {
        let item = FreezeItem::Account(self.name);
        let outcomes = by.call(Route::OwnerFreeze, new_request(), vec![item])?;
        match done(one(outcomes)?)? {
            Answer::Done(froze) => Ok(froze),
            Answer::Out => Err("no session was named".into()),
        }
    }

    fn unfreeze(&self, by: &Wallet, inside: &Inside) -> Check<Thawed> {
        let request = new_request();
        let within = by.within(inside, request, OwnerAct::Unfreeze);
        let outcomes = by.call(Route::OwnerUnfreeze, request, vec![within])?;
        match done(one(outcomes)?)? {
            Answer::Done(thawed) => Ok(thawed),
            Answer::Out => Err("the session does not hold".into()),
        }
    }

    fn frozen(&self, wallet: &Wallet) -> Check<Option<Frozen>> {
        let outcomes = wallet.call(Route::Asked, new_request(), vec![AskedItem::List])?;
        let page: AskedPage = done(one(outcomes)?)?;
        Ok(page.frozen)
    }

    fn by_kit(&self, wallet: &Wallet) -> Check<Inside> {
        let inside = wallet.log_in(self.name, Which::Kit, b"kit")?;
        inside.ok_or_else(|| "the kit does not open".into())
    }
}

fn is_half(thawed: Thawed) -> Check {
    ensure!(matches!(thawed, Thawed::Half { .. }), "lifted by one kind");
    Ok(())
}

pub(super) fn nothing_leaves(wallet: &Wallet) -> Check {
    let scene = Scene::with_kit(wallet)?;
    let owner = &scene.owner;
    let items = [(object(0), new_secret())];
    let outcomes = owner.register_held(new_request(), &items, 0)?;
    let open = owner.collate(&items, outcomes)?.remove(0);
    let session = new_session();
    owner.recover_whole(&open, session)?;
    ensure!(scene.frozen(owner)?.is_none(), "frozen from the first");
    let froze = scene.freeze(owner)?;
    ensure!(matches!(froze, Froze::Frozen(_)), "not frozen: {froze:?}");
    let told = scene.frozen(owner)?.ok_or("its own account is not told")?;
    ensure!(froze == Froze::Frozen(told), "told something else");
    for asker in [owner, &wallet.other()?] {
        let refused = problem(asker.recover(&scene.held, new_session())?, Code::Frozen)?;
        ensure!(refused.since == Some(told.since), "frozen since when?");
        problem(
            asker.end_held(Act::Retire, &scene.held, NO_SESSION)?,
            Code::Frozen,
        )?;
    }
    // Whoever has the bytes confirms nothing, and may give back.
    problem(owner.end_held(Act::Ack, &open, session)?, Code::Frozen)?;
    let request = new_request();
    let item = OwnerRecoverItem {
        within: owner.within(&scene.inside, request, OwnerAct::Recover),
        presented: scene.held.whole(),
        session: new_session(),
        last_resort: false,
    };
    let taken: Vec<Outcome<Answer<saifu_protocol::message::Recovered>>> =
        owner.call(Route::OwnerRecover, request, vec![item])?;
    problem(one(taken)?, Code::Frozen)?;
    done(owner.end_held(Act::Return, &open, session)?)?;
    // To register goes on; others are not frozen.
    let outcomes = owner.register_held(new_request(), &items, 0)?;
    ensure!(outcomes.len() == 1, "nothing is registered");
    ensure!(scene.frozen(wallet)?.is_none(), "others are frozen");
    Ok(())
}

pub(super) fn two_ways_lift_it(wallet: &Wallet) -> Check {
    let scene = Scene::with_kit(wallet)?;
    let (owner, thief) = (&scene.owner, wallet.other()?);
    scene.freeze(owner)?;
    is_half(scene.unfreeze(owner, &scene.inside)?)?;
    let again = owner.log_in_right(scene.name, SECRET)?;
    is_half(scene.unfreeze(owner, &again)?)?;
    // A thief with the words gets nowhere, nor by what the owner has shown in another wallet.
    let with_words = thief.log_in_right(scene.name, SECRET)?;
    is_half(scene.unfreeze(&thief, &with_words)?)?;
    // No way in can be made meanwhile.
    let change = owner.try_change(&scene.inside, scene.name, b"another kit", Slot::Kit)?;
    problem(change, Code::Frozen)?;
    let refused = thief.try_add_device(&with_words, &mut Terminal::new())?;
    problem(refused, Code::Frozen)?;
    let kit = scene.by_kit(owner)?;
    let thawed = scene.unfreeze(owner, &kit)?;
    ensure!(thawed == Thawed::Thawed, "two kinds do not lift it");
    ensure!(scene.frozen(owner)?.is_none(), "lifted, and still frozen");
    owner.recover_whole(&scene.held, new_session())?;
    // So soon afterwards an account alone freezes nothing.
    let soon = scene.freeze(owner)?;
    ensure!(soon == Froze::NeedsSession, "frozen again by an account");
    Ok(())
}

pub(super) fn one_kind_freezes_nothing(wallet: &Wallet) -> Check {
    let scene = Scene::new(wallet)?;
    let froze = scene.freeze(&scene.owner)?;
    ensure!(froze == Froze::TooFewWays, "frozen for ever: {froze:?}");
    let scene = Scene::with_kit(wallet)?;
    let froze = scene.freeze(&wallet.other()?)?;
    ensure!(froze == Froze::TooFewWays, "frozen by a stranger");
    scene.owner.recover_whole(&scene.held, new_session())
}
