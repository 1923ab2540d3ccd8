//! Whether money lies at the owner's safes, or is on its way there: then a password that is too weak for it may not come to open
//! them.

use crate::books::{Books, Standing};
use crate::flow::{Flow, Load};
use crate::group::{Group, Phase};
use crate::ids::ItemId;
use crate::plan::Plan;
use crate::plan::check::is_money;
use crate::plan::offer::Stake;
use crate::plan::preset::Preset;
use crate::view::Amount;
use saifu_protocol::value::Class;

/// Whether there is any, in a backup, in a certificate of its own, or in work that is under way.
pub(crate) fn has_money_away(books: &Books) -> bool {
    books.groups().any(is_of_money)
        || books.certificates().any(|(_, certificate)| {
            // A certificate that says nothing of its value may be one of money.
            let class = certificate.digest.class.map_or("", |class| class.code());
            let is_its = certificate.part.is_none();
            let is_there = !matches!(certificate.standing, Standing::Elsewhere(_));
            is_its && is_there && pays(class, None)
        })
        || books.flows().any(|(_, flow)| is_sent(books, flow))
}

/// Whether a paper would bring some to this owner's safes: what it is a part of, or else what its certificate says of the value.
pub(crate) fn brings_money(of: Option<&Group>, class: Option<Class>) -> bool {
    match of {
        Some(group) => is_of_money(group),
        // As above, it may be one of money if it does not say.
        None => pays(class.map_or("", |class| class.code()), None),
    }
}

fn is_of_money(group: &Group) -> bool {
    let is_there = !matches!(group.phase, Phase::Leaving | Phase::Elsewhere);
    let mut values = group.values.iter();
    is_there
        && (is_named_so(&group.plan) && !group.values.is_empty()
            || values.any(|value| pays(&value.class, value.worth.as_ref())))
}

fn is_sent(books: &Books, flow: &Flow) -> bool {
    let is_value = |item: &ItemId| {
        let value = books.value(*item);
        value.is_some_and(|value| pays(&value.class, value.worth.as_ref()))
    };
    match flow {
        Flow::Register(register) => is_value(&register.value),
        Flow::Protect(protect) => {
            protect.plan().is_some_and(is_named_so) || protect.values.iter().any(is_value)
        }
        Flow::Round(round) => round.left.iter().any(|load| match load {
            Load::Send { plan, values, .. } => is_named_so(plan) || values.iter().any(is_value),
            Load::Fetch(_) => false,
        }),
        _ => false,
    }
}

fn is_named_so(plan: &Plan) -> bool {
    *plan == Preset::MoneyThreeOfFour.plan()
}

fn pays(class: &str, worth: Option<&Amount>) -> bool {
    let stake = Stake::of(class, worth);
    is_money(stake.class, stake.money)
}
