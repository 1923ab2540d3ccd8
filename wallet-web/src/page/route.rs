//! Which screen is shown, and its address behind the `#`. Pure.

use saifu_wallet_core::bearer::What;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::plan::GroupId;
use saifu_wallet_core::rules::RuleId;

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// All values.
    Values,
    /// One value.
    Value(ItemId),
    /// One value, to be corrected.
    Correct(ItemId),
    /// A new value.
    Add,
    /// What to back up, and how; one value if it is named.
    BackUp(Option<ItemId>),
    /// The same with every way there is.
    Advanced(Option<ItemId>),
    /// One backup.
    Backup(GroupId),
    /// One backup, to be moved to other safes.
    Move(GroupId),
    /// All keys.
    Keys,
    /// One key.
    Key(ItemId),
    /// Which protection a value gets if its owner does not choose.
    Policy,
    /// What is backed up and fetched by itself.
    Rules,
    /// One rule; a new one if none is named.
    Rule(Option<RuleId>),
    /// How long others wait, and who does.
    Waits,
    /// All safes.
    Safes,
    /// A new safe.
    AddSafe,
    /// All backups and certificates.
    Certificates,
    /// One certificate.
    Certificate(ItemId),
    /// What is handed over.
    HandOver(What),
    /// What somebody else hands over.
    TakeOver,
    /// What brings everything back when this device is lost.
    Recovery,
    /// Everything of a wallet that was lost.
    Restore,
    /// By what the owner gets in at their safes.
    Ways,
    /// Notices.
    Notices,
    /// Settings.
    Settings,
    /// The lock of this device.
    Lock,
}

impl Route {
    /// The screen with this address; all values if there is none.
    pub(crate) fn parse(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').trim_matches('/');
        let (head, rest) = path.split_once('/').unwrap_or((path, ""));
        let item = ItemId::parse(rest).ok();
        match (head, item) {
            ("value", Some(item)) => Route::Value(item),
            ("correct", Some(item)) => Route::Correct(item),
            ("certificate", Some(item)) => Route::Certificate(item),
            ("back-up", item) => Route::BackUp(item),
            ("advanced", item) => Route::Advanced(item),
            ("backup", Some(item)) => Route::Backup(GroupId::new(*item.as_bytes())),
            ("move", Some(item)) => Route::Move(GroupId::new(*item.as_bytes())),
            ("hand-over", Some(item)) => {
                Route::HandOver(What::Backup(GroupId::new(*item.as_bytes())))
            }
            ("hand-over-one", Some(item)) => Route::HandOver(What::Certificate(item)),
            ("take-over", None) => Route::TakeOver,
            ("key", Some(item)) => Route::Key(item),
            ("keys", None) => Route::Keys,
            ("policy", None) => Route::Policy,
            ("rules", None) => Route::Rules,
            ("rule", item) => Route::Rule(item.map(|item| RuleId::new(*item.as_bytes()))),
            ("waits", None) => Route::Waits,
            ("add", None) => Route::Add,
            ("safes", None) if rest == "add" => Route::AddSafe,
            ("safes", None) => Route::Safes,
            ("certificates", None) => Route::Certificates,
            ("recovery", None) => Route::Recovery,
            ("restore", None) => Route::Restore,
            ("ways", None) => Route::Ways,
            ("notices", None) => Route::Notices,
            ("settings", None) => Route::Settings,
            ("lock", None) => Route::Lock,
            _ => Route::Values,
        }
    }

    /// The address.
    pub(crate) fn href(self) -> String {
        match self {
            Route::Values => "#/values".into(),
            Route::Value(item) => format!("#/value/{item}"),
            Route::Correct(item) => format!("#/correct/{item}"),
            Route::Add => "#/add".into(),
            Route::BackUp(None) => "#/back-up".into(),
            Route::BackUp(Some(item)) => format!("#/back-up/{item}"),
            Route::Advanced(None) => "#/advanced".into(),
            Route::Advanced(Some(item)) => format!("#/advanced/{item}"),
            Route::Backup(group) => format!("#/backup/{group}"),
            Route::Move(group) => format!("#/move/{group}"),
            Route::Keys => "#/keys".into(),
            Route::Key(item) => format!("#/key/{item}"),
            Route::Policy => "#/policy".into(),
            Route::Rules => "#/rules".into(),
            Route::Rule(None) => "#/rule".into(),
            Route::Rule(Some(rule)) => format!("#/rule/{rule}"),
            Route::Waits => "#/waits".into(),
            Route::Safes => "#/safes".into(),
            Route::AddSafe => "#/safes/add".into(),
            Route::Certificates => "#/certificates".into(),
            Route::Certificate(item) => format!("#/certificate/{item}"),
            Route::HandOver(What::Backup(group)) => format!("#/hand-over/{group}"),
            Route::HandOver(What::Certificate(item)) => format!("#/hand-over-one/{item}"),
            Route::TakeOver => "#/take-over".into(),
            Route::Recovery => "#/recovery".into(),
            Route::Restore => "#/restore".into(),
            Route::Ways => "#/ways".into(),
            Route::Notices => "#/notices".into(),
            Route::Settings => "#/settings".into(),
            Route::Lock => "#/lock".into(),
        }
    }

    /// The entry of the navigation under which the screen belongs.
    pub(crate) fn section(self) -> Route {
        match self {
            Route::Values
            | Route::Value(_)
            | Route::Correct(_)
            | Route::Add
            | Route::BackUp(_)
            | Route::Advanced(_) => Route::Values,
            Route::Safes | Route::AddSafe => Route::Safes,
            Route::Certificates
            | Route::Certificate(_)
            | Route::Backup(_)
            | Route::Move(_)
            | Route::HandOver(_)
            | Route::TakeOver => Route::Certificates,
            Route::Notices => Route::Notices,
            Route::Settings
            | Route::Lock
            | Route::Keys
            | Route::Key(_)
            | Route::Policy
            | Route::Rules
            | Route::Rule(_)
            | Route::Waits
            | Route::Recovery
            | Route::Restore
            | Route::Ways => Route::Settings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back() {
        let item = ItemId::new([9; 16]);
        for route in [
            Route::Values,
            Route::Value(item),
            Route::Correct(item),
            Route::Add,
            Route::BackUp(None),
            Route::BackUp(Some(item)),
            Route::Advanced(None),
            Route::Advanced(Some(item)),
            Route::Backup(GroupId::new([9; 16])),
            Route::Move(GroupId::new([9; 16])),
            Route::Keys,
            Route::Key(item),
            Route::Policy,
            Route::Rules,
            Route::Rule(None),
            Route::Rule(Some(RuleId::new([9; 16]))),
            Route::Waits,
            Route::Safes,
            Route::AddSafe,
            Route::Certificates,
            Route::Certificate(item),
            Route::HandOver(What::Backup(GroupId::new([9; 16]))),
            Route::HandOver(What::Certificate(item)),
            Route::TakeOver,
            Route::Recovery,
            Route::Restore,
            Route::Ways,
            Route::Notices,
            Route::Settings,
            Route::Lock,
        ] {
            assert_eq!(Route::parse(&route.href()), route);
        }
    }

    #[test]
    fn unknown_addresses_lead_to_the_values() {
        for hash in ["", "#", "#/", "#/value/", "#/value/x", "#/nowhere", "#main"] {
            assert_eq!(Route::parse(hash), Route::Values, "{hash}");
        }
    }
}
