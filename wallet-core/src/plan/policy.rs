//! Which plan a value gets if its owner does not choose one: by class and by what it is worth, as data.

use super::preset::Preset;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::value::{Class, Currency, Kind, Money};
use serde::{Deserialize, Serialize};

/// A rule: the first whose conditions all hold decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Codes of the classes it is for; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<alloc::string::String>,
    /// Amounts from which on it holds, one for each currency it knows; empty for any amount and none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worth: Vec<Worth>,
    /// What it chooses.
    pub preset: Preset,
}

/// An amount from which on a rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worth {
    /// ISO 4217 code.
    pub currency: alloc::string::String,
    /// In minor units, included.
    pub from: u64,
}

/// Rules in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policy(pub Vec<Rule>);

impl Default for Policy {
    /// What is worth much: 3 of 4. Other money and tickets: any 2 of 3. Coupons: one safe, sealed.
    fn default() -> Self {
        let rule = |classes, worth, preset| Rule {
            classes,
            worth,
            preset,
        };
        let coupons = vec![Class::Coupon.code().into()];
        Self(vec![
            rule(vec![], much(), Preset::MoneyThreeOfFour),
            rule(coupons, vec![], Preset::OneSafeSealed),
            rule(vec![], vec![], Preset::AnyTwoOfThree),
        ])
    }
}

/// About a hundred euros, in each currency.
fn much() -> Vec<Worth> {
    Currency::ALL
        .into_iter()
        .map(|currency| Worth {
            currency: currency.code().into(),
            from: match currency {
                Currency::Jpy => 15_000,
                Currency::Eur | Currency::Usd | Currency::Gbp => 10_000,
            },
        })
        .collect()
}

impl Policy {
    /// The plan for a value; [`Preset::AnyTwoOfThree`] for money and tickets no rule names, else
    /// [`Preset::OneSafeSealed`].
    pub fn choose(&self, class: Class, worth: Option<Money>) -> Preset {
        let rule = self.0.iter().find(|rule| rule.holds(class, worth));
        rule.map_or_else(
            || match class.kind() {
                Kind::Coupon => Preset::OneSafeSealed,
                Kind::Ticket | Kind::PrepaidCard | Kind::GiftCard => Preset::AnyTwoOfThree,
            },
            |rule| rule.preset,
        )
    }
}

impl Rule {
    fn holds(&self, class: Class, worth: Option<Money>) -> bool {
        let class = self.classes.is_empty() || self.classes.iter().any(|code| code == class.code());
        let worth = self.worth.is_empty()
            || worth.is_some_and(|money| {
                self.worth
                    .iter()
                    .any(|from| from.currency == money.currency.code() && money.amount >= from.from)
            });
        class && worth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(class: Class, amount: u64, currency: Currency) -> Preset {
        Policy::default().choose(class, Some(Money { amount, currency }))
    }

    #[test]
    fn class_and_amount_choose() {
        use Currency::{Eur, Jpy};
        for (class, amount, currency, preset) in [
            (Class::MovieTicket, 1_600, Jpy, Preset::AnyTwoOfThree),
            (Class::ConcertTicket, 14_999, Jpy, Preset::AnyTwoOfThree),
            (Class::ConcertTicket, 15_000, Jpy, Preset::MoneyThreeOfFour),
            (Class::PrepaidCard, 9_999, Eur, Preset::AnyTwoOfThree),
            (Class::GiftCard, 10_000, Eur, Preset::MoneyThreeOfFour),
            (Class::Coupon, 500, Eur, Preset::OneSafeSealed),
        ] {
            assert_eq!(
                chosen(class, amount, currency),
                preset,
                "{class:?} {amount}"
            );
        }
        let none = Policy::default().choose(Class::Coupon, None);
        assert_eq!(none, Preset::OneSafeSealed);
    }

    #[test]
    fn without_rules_what_must_come_back_once_is_not_left_to_one_safe() {
        let empty = Policy(Vec::new());
        assert_eq!(empty.choose(Class::Coupon, None), Preset::OneSafeSealed);
        assert_eq!(empty.choose(Class::GiftCard, None), Preset::AnyTwoOfThree);
    }

    #[test]
    fn format_is_pinned() {
        // Every wallet whose owner changed a rule has it stored in this form.
        let text = serde_json::to_string(&Policy::default()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"[{"worth":[{"currency":"JPY","from":15000},{"currency":"EUR","from":10000},"#,
                r#"{"currency":"USD","from":10000},{"currency":"GBP","from":10000}],"preset":"money-three-of-four"},"#,
                r#"{"classes":["coupon"],"preset":"one-safe-sealed"},{"preset":"any-two-of-three"}]"#
            )
        );
        assert_eq!(
            serde_json::from_str::<Policy>(&text).unwrap(),
            Policy::default()
        );
    }
}
