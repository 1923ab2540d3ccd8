//! Handing a certificate over: as one text, short enough for a QR code, that carries what presenting it takes.
//!
//! Whoever reads such a text has what it stands for, so it is a bearer paper and marked as one. The wallet that takes it in
//! replaces the holder's key at once ([`crate::flow::Rotate`]), after which the text, and every copy of it, opens nothing.

use crate::books::{CertificateBody, MovedBy, ValueItem, secret};
use crate::group::{Group, PartOf};
use crate::ids::ItemId;
use crate::plan::check::Seat;
use crate::plan::key::KeyId;
use crate::plan::limits::{MAX_COUPLED, MAX_PART_BYTES};
use crate::plan::{CheckedPlan, GroupId, Plan, Planned};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::Secret;
use saifu_protocol::certificate::{self, Address, Claims};
use saifu_protocol::value::Class;
use saifu_protocol::{PublicKey, SafeId, UnixTime, json};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What every such text begins with.
pub const PREFIX: &str = "saifu-bearer:";

/// Where a text begins among others. A name that holds [`PREFIX`] begins none: inside of JSON its quote would be escaped.
const START: &str = "saifu-bearer:{\"";

/// The longest text that is looked at: a hundred codes full.
const MAX_BYTES: usize = 300_000;

const VERSION: u8 = 1;

/// What a text says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bearer {
    v: u8,
    /// The certificate, compact.
    pub(crate) certificate: String,
    /// Seed of its holder's key.
    #[serde(with = "secret")]
    pub(crate) holder: Secret,
    /// Size of the registered bytes.
    size: u64,
    /// For a part, what it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<HandedPart>,
    /// The key that opens, if its owner hands it over, too.
    #[serde(default, with = "secret::bytes", skip_serializing_if = "Vec::is_empty")]
    pub(crate) key: Zeroizing<Vec<u8>>,
}

/// A part, and its group as far as it is not in the certificates.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct HandedPart {
    pub(crate) of: PartOf,
    /// The key the parts are signed with.
    pub(crate) author: PublicKey,
    /// What takes the cover off, where that is not the holder's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cover: Option<Cover>,
    plan: Plan,
    seats: Vec<Seat>,
    values: Vec<ValueItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<KeyId>,
    since: UnixTime,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marked: Vec<u8>,
}

/// The seed of the holder's key a part was covered for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cover(#[serde(with = "secret")] pub(crate) Secret);

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(redacted)")
    }
}

/// The text is no bearer paper of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPaper;

/// One text for one certificate.
pub(crate) fn write(
    kept: &CertificateBody,
    size: u64,
    part: Option<(&Group, PartOf)>,
    key: &[u8],
) -> Option<Zeroizing<String>> {
    let part = match part {
        None => None,
        Some((group, of)) => {
            let part = HandedPart::of(group, of, kept.author?, kept.cover.clone());
            Some(part)
        }
    };
    let bearer = Bearer {
        v: VERSION,
        certificate: kept.compact.clone(),
        holder: kept.holder.clone(),
        size,
        part,
        key: Zeroizing::new(key.to_vec()),
    };
    let written = Zeroizing::new(json::write(&bearer));
    let text = core::str::from_utf8(&written).ok()?;
    Some(Zeroizing::new([PREFIX, text].concat()))
}

/// Reads one text or several, one after the other.
///
/// # Errors
/// [`NotAPaper`] if one of them is none; then none is taken.
pub(crate) fn read(text: &str) -> Result<Vec<Bearer>, NotAPaper> {
    if text.len() > MAX_BYTES {
        return Err(NotAPaper);
    }
    let text = text.trim();
    let starts: Vec<usize> = text.match_indices(START).map(|(at, _)| at).collect();
    if starts.first() != Some(&0) {
        return Err(NotAPaper);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let read = starts.iter().zip(ends).map(|(start, end)| {
        let json = text.get(start + PREFIX.len()..end).ok_or(NotAPaper)?;
        let bearer: Bearer = json::read(json.trim().as_bytes()).map_err(|_| NotAPaper)?;
        match bearer.v == VERSION && bearer.claims().is_some() && bearer.is_plausible() {
            true => Ok(bearer),
            false => Err(NotAPaper),
        }
    });
    read.collect()
}

/// The safes that papers are for, each once, with their addresses: whoever takes them over must trust these first. So say
/// the papers; nothing of it is proven.
///
/// # Errors
/// [`NotAPaper`] if one of the texts is none.
pub fn look(text: &str) -> Result<Vec<(SafeId, Address)>, NotAPaper> {
    let mut safes = Vec::new();
    for claims in read(text)?.iter().filter_map(Bearer::claims) {
        let safe = (claims.safe, claims.address);
        if !safes.contains(&safe) {
            safes.push(safe);
        }
    }
    Ok(safes)
}

impl Bearer {
    /// What the certificate claims. It is believed only after the safe has answered for it.
    pub(crate) fn claims(&self) -> Option<Claims> {
        certificate::read_claims_unverified(&self.certificate).ok()
    }

    /// What its giver says about sizes and values could be so. What comes back is what counts, but until then it is shown,
    /// and room is made for it.
    fn is_plausible(&self) -> bool {
        let values = self.part.as_ref().map(|part| part.values.as_slice());
        let is_number = |values: &[ValueItem]| (1..=MAX_COUPLED).contains(&values.len());
        let values_are =
            |values: &[ValueItem]| is_number(values) && values.iter().all(ValueItem::is_plausible);
        self.size <= MAX_PART_BYTES as u64 && values.is_none_or(values_are)
    }

    /// Size of the registered bytes, as the giver says.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// As this wallet keeps it until the holder's key is replaced.
    pub(crate) fn body(&self) -> CertificateBody {
        let part = self.part.as_ref();
        CertificateBody {
            compact: self.certificate.clone(),
            holder: self.holder.clone(),
            session: None,
            author: part.map(|part| part.author),
            cover: part.and_then(|part| part.cover.clone()),
        }
    }
}

impl HandedPart {
    /// A part of a group, as its paper or its note says it.
    pub(crate) fn of(group: &Group, of: PartOf, author: PublicKey, cover: Option<Cover>) -> Self {
        Self {
            of,
            author,
            cover,
            plan: group.plan.clone(),
            seats: group.seats.clone(),
            values: group.values.iter().map(ValueItem::in_short).collect(),
            key: group.key,
            since: group.since,
            marked: group.marked.clone(),
        }
    }

    /// Whether a certificate can be that of this part. A safe hands a key out as often as it is asked: what is no key must
    /// not be registered as one.
    pub(crate) fn fits(&self, claims: &Claims) -> bool {
        let group = self.group();
        let is_planned = |planned: &Planned| {
            planned.class == self.of.class
                && planned.index == self.of.index
                && group.safe(planned.to) == Some(claims.safe)
        };
        let (plan, seats) = (self.plan.clone(), self.seats.clone());
        claims.class == self.of.class
            && CheckedPlan::check(plan, seats, Class::Coupon, None).is_ok()
            && group.plan.layout().iter().any(is_planned)
    }

    /// Whether what opens it goes to no safe.
    pub(crate) fn has_key_stay(&self) -> bool {
        self.plan.has_key_stay()
    }

    /// With one summary less, if there are several.
    pub(crate) fn shorten(&mut self) -> bool {
        self.values.len() > 1 && self.values.pop().is_some()
    }

    /// The group, as it was handed over.
    pub(crate) fn group(&self) -> Group {
        let mut values = self.values.clone();
        for value in &mut values {
            value.came_of = None;
        }
        Group {
            id: self.of.group,
            plan: self.plan.clone(),
            seats: self.seats.clone(),
            values,
            key: self.key,
            since: self.since,
            phase: crate::group::Phase::AtSafes,
            replaces: None,
            confirmed: Vec::new(),
            handed: true,
            released: Vec::new(),
            awaits: None,
            moved_by: MovedBy::Owner,
            marked: self.marked.clone(),
            checks: crate::check::Checks::default(),
        }
    }
}

/// What is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The certificate of a value registered as it is.
    Certificate(ItemId),
    /// Everything of a backup.
    Backup(GroupId),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Phase;
    use crate::plan::Slot;
    use crate::plan::check::Operator;
    use crate::plan::preset::Preset;
    use saifu_crypto::sign::SigningKey;
    use saifu_protocol::SafeId;
    use saifu_protocol::certificate::ObjectClass;

    fn kept(author: Option<PublicKey>) -> CertificateBody {
        CertificateBody {
            compact: "a.b.c".into(),
            holder: Secret::new([1; 32]),
            session: None,
            author,
            cover: None,
        }
    }

    #[test]
    fn format_of_version_1_is_pinned() {
        // Papers lie printed in drawers. What a later wallet adds must leave these readable.
        let alone = write(&kept(None), 200, None, &[]).unwrap();
        assert_eq!(
            *alone,
            concat!(
                r#"saifu-bearer:{"v":1,"certificate":"a.b.c","#,
                r#""holder":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","size":200}"#
            )
        );
        let group = Group {
            id: GroupId::new([2; 16]),
            plan: Preset::OneSafeSealed.plan(),
            seats: alloc::vec![Seat {
                slot: Slot(0),
                safe: SafeId::new([3; 32]),
                operator: Operator::named("Akagi"),
            }],
            values: Vec::new(),
            key: Some(KeyId::new([4; 16])),
            since: UnixTime(953_078_400),
            phase: Phase::AtSafes,
            replaces: None,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            moved_by: MovedBy::Owner,
            marked: Vec::new(),
            checks: crate::check::Checks::default(),
        };
        let of = PartOf {
            group: group.id,
            class: ObjectClass::Value,
            index: 0,
        };
        let author = PublicKey::new(SigningKey::derive(&Secret::new([5; 32])).public());
        let part = write(&kept(Some(author)), 300, Some((&group, of)), b"key").unwrap();
        assert_eq!(
            *part,
            concat!(
                r#"saifu-bearer:{"v":1,"certificate":"a.b.c","holder":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","size":300,"#,
                r#""part":{"of":{"group":"AgICAgICAgICAgICAgICAg","class":"value","index":0},"author":"bnoc3Smwt4_ROvTFWY_v9O8qlxZuPKby5Pv8zYBQW_E","#,
                r#""plan":{"steps":[{"seal":{"form":"key","key":"stays"}}],"data":[{"at":0}],"quorum":1,"digest":"sealed","hash":"off","custody":{"safes":{"after":1}}},"#,
                r#""seats":[{"slot":0,"safe":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","operator":"akagi"}],"#,
                r#""values":[],"key":"BAQEBAQEBAQEBAQEBAQEBA","since":953078400},"key":"a2V5"}"#
            )
        );
    }
}
