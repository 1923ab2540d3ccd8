//! The steps of a plan, carried out.

use super::check::CheckedPlan;
use super::key::{KeyShare, OpeningKey, SealingKey};
use super::layer::{self, Clear, Spot};
use super::limits::{MAX_COUPLED, MAX_PART_BYTES};
use super::part::{self, Header, Role};
use super::promise::Promise;
use super::protect::{Author, Object, ProtectError, ProtectedPart};
use super::share::{self, CheckedShare};
use super::{DigestForm, Divide, GroupA, GroupId, Plan, Planned, Step, count};
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret, make_bytes};
use saifu_protocol::digest::SealedDigest;
use saifu_protocol::{CertificateDigest, Digest};
use zeroize::Zeroizing;

/// Makes the parts of one group.
pub(crate) struct Maker<'a> {
    plan: &'a Plan,
    promise: &'a Promise,
    sealing: Option<&'a SealingKey>,
    author: &'a Author<'a>,
    rng: &'a mut dyn CryptoRng,
    pub(crate) group: GroupId,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(
        plan: &'a CheckedPlan,
        sealing: Option<&'a SealingKey>,
        author: &'a Author<'a>,
        rng: &'a mut dyn CryptoRng,
    ) -> Self {
        let group = GroupId::make(rng);
        Self {
            plan: plan.plan(),
            promise: plan.promise(),
            sealing,
            author,
            rng,
            group,
        }
    }

    /// All parts: data, whole keys, shares. Without the opening key there are none of the last two.
    pub(crate) fn parts(
        &mut self,
        objects: &[Object<'_>],
        opening: Option<&OpeningKey>,
    ) -> Result<Vec<ProtectedPart>, ProtectError> {
        let mut data = self.data(objects)?;
        let shares = self.shares(opening);
        self.couple_group_a(&mut data, &shares);
        let digest = common_digest(objects);
        let layout = self.plan.layout();
        let (of_data, of_keys): (Vec<Planned>, Vec<Planned>) = layout
            .into_iter()
            .partition(|planned| Role::of(planned.class) == Role::Data);
        let mut made = Vec::with_capacity(of_data.len() + of_keys.len());
        for (planned, body) in of_data.into_iter().zip(&data) {
            made.push(self.part(planned, &digest, body)?);
        }
        if let Some(key) = opening {
            for planned in of_keys {
                made.push(self.key_part(planned, key, &shares)?);
            }
        }
        Ok(made)
    }

    /// The parts of a key that goes by itself.
    pub(crate) fn key_parts(
        &mut self,
        key: &OpeningKey,
    ) -> Result<Vec<ProtectedPart>, ProtectError> {
        let shares = self.shares(Some(key));
        let layout = self.plan.layout().into_iter();
        layout
            .filter(|planned| Role::of(planned.class) != Role::Data)
            .map(|planned| self.key_part(planned, key, &shares))
            .collect()
    }

    fn key_part(
        &self,
        planned: Planned,
        key: &OpeningKey,
        shares: &[KeyShare],
    ) -> Result<ProtectedPart, ProtectError> {
        let body = match Role::of(planned.class) {
            Role::Share => {
                let mut body = Zeroizing::new(Vec::new());
                shares[usize::from(planned.index)].write(&mut body);
                body
            }
            Role::Key | Role::Data => key.write(),
        };
        self.part(planned, &Digest::default(), &body)
    }

    /// What is registered as data: the steps in their order, over a grid of objects (rows) and pieces or copies (columns).
    fn data(&mut self, objects: &[Object<'_>]) -> Result<Vec<Clear>, ProtectError> {
        if objects.is_empty() {
            return Err(ProtectError::NoObjects);
        }
        if objects.len() > MAX_COUPLED {
            return Err(ProtectError::TooManyObjects);
        }
        if objects.len() > 1 && !self.plan.steps.contains(&Step::Couple) {
            return Err(ProtectError::NotCoupled);
        }
        let total: usize = objects.iter().map(|object| object.bytes.len()).sum();
        let room = match self.plan.divide() {
            Some(Divide::Ranges) => MAX_PART_BYTES * usize::from(self.plan.data_count()),
            Some(Divide::Threshold(_)) | None => MAX_PART_BYTES,
        };
        if total > room {
            return Err(ProtectError::TooLarge { bytes: total });
        }
        let columns = match self.plan.divide() {
            // Whole copies are made first, so that each is sealed by itself and no two safes see the same bytes.
            None => self.plan.data.len(),
            Some(_) => 1,
        };
        let mut grid: Vec<Vec<Clear>> = objects
            .iter()
            .map(|object| alloc::vec![layer::write_object(object.bytes); columns])
            .collect();
        for step in &self.plan.steps {
            match step {
                Step::Couple => grid = alloc::vec![couple(&grid)],
                Step::Seal(_) => self.seal(&mut grid)?,
                Step::Divide(divide) => self.divide(*divide, &mut grid),
            }
        }
        Ok(grid
            .pop()
            .expect("one object, or several that were coupled"))
    }

    fn spot(&self, row: usize, column: usize) -> Spot {
        let narrow = |at| u8::try_from(at).expect("100 objects and 32 pieces at most");
        Spot {
            group: self.group,
            row: narrow(row),
            column: narrow(column),
        }
    }

    fn seal(&mut self, grid: &mut [Vec<Clear>]) -> Result<(), ProtectError> {
        let key = self.sealing.ok_or(ProtectError::OtherKey)?;
        for (row, cells) in grid.iter_mut().enumerate() {
            for (column, cell) in cells.iter_mut().enumerate() {
                let spot = self.spot(row, column);
                let sealed = layer::write_sealed(key, spot, cell, self.rng);
                *cell = sealed.ok_or(ProtectError::OtherKey)?;
            }
        }
        Ok(())
    }

    fn divide(&mut self, divide: Divide, grid: &mut [Vec<Clear>]) {
        let pieces = self.plan.data_count();
        for (row, cells) in grid.iter_mut().enumerate() {
            let Some(whole) = cells.pop() else { continue };
            *cells = match divide {
                Divide::Ranges => layer::write_ranges(&whole, pieces, make_bytes(self.rng)),
                Divide::Threshold(threshold) => {
                    let key = Secret::make(self.rng);
                    let shares = split(&key, threshold, pieces, self.rng);
                    let piece = |(column, share): (usize, &CheckedShare)| {
                        let spot = self.spot(row, column);
                        layer::write_threshold(share, &key, spot, &whole, self.rng)
                    };
                    shares.iter().enumerate().map(piece).collect()
                }
            };
        }
    }

    fn shares(&mut self, opening: Option<&OpeningKey>) -> Vec<KeyShare> {
        let (Some(shares), Some(key)) = (self.plan.shares(), opening) else {
            return Vec::new();
        };
        let number = self.plan.share_count();
        let split = split(key.expose_secret(), shares.threshold, number, self.rng);
        let named = split.into_iter().map(|share| KeyShare {
            name: key.name().clone(),
            share,
        });
        named.collect()
    }

    fn couple_group_a(&self, data: &mut [Clear], shares: &[KeyShare]) {
        let Some(plan) = self.plan.shares() else {
            return;
        };
        let (group_a, _) = shares.split_at(usize::from(self.plan.group_a_count(plan)));
        match plan.group_a {
            GroupA::None => {}
            GroupA::WithEvery(_) => {
                for layer in data {
                    *layer = layer::write_with_shares(group_a, layer);
                }
            }
            GroupA::OnePerPart => {
                for (layer, share) in data.iter_mut().zip(group_a) {
                    *layer = layer::write_with_shares(core::slice::from_ref(share), layer);
                }
            }
        }
    }

    fn part(
        &self,
        planned: Planned,
        digest: &Digest,
        body: &[u8],
    ) -> Result<ProtectedPart, ProtectError> {
        let (number, needed) = match Role::of(planned.class) {
            Role::Data => (self.plan.data_count(), self.plan.data_needed()),
            Role::Key => (count(&self.plan.key_slots()), 1),
            Role::Share => (
                self.plan.share_count(),
                self.plan.shares().map_or(0, |shares| shares.threshold),
            ),
        };
        let header = Header {
            class: planned.class,
            group: self.group,
            plan: self.plan.id(),
            index: planned.index,
            count: number,
            needed,
            quorum: self.promise.quorum,
            voters: self.promise.voters,
        };
        let catalogue = self.author.catalogue;
        let stated = digest;
        let digest = catalogue.write(stated, self.plan.digest, &header);
        let bytes = part::OVERHEAD + digest.len() + body.len();
        if bytes > MAX_PART_BYTES {
            return Err(ProtectError::TooLarge { bytes });
        }
        Ok(ProtectedPart {
            to: planned.to,
            class: planned.class,
            index: planned.index,
            digest: match self.plan.digest {
                DigestForm::Open => stated.clone().into(),
                DigestForm::Vacant => Digest::default().into(),
                DigestForm::Sealed => SealedDigest::new(digest.clone())
                    .map(CertificateDigest::Sealed)
                    .expect("a sealed digest has 178 bytes"),
            },
            bytes: part::write(&header, &digest, body, self.author.signing).into(),
        })
    }
}

fn split(secret: &Secret, threshold: u8, number: u8, rng: &mut dyn CryptoRng) -> Vec<CheckedShare> {
    share::split(secret, threshold, number, rng).expect("a checked plan has 2 ≤ k ≤ n")
}

/// Couples each column: the i-th copies or pieces of all objects.
fn couple(grid: &[Vec<Clear>]) -> Vec<Clear> {
    let columns = grid.first().map_or(0, Vec::len);
    (0..columns)
        .map(|column| layer::write_coupled(grid.iter().map(|row| row[column].as_slice())))
        .collect()
}

/// What the digests of all objects agree on.
fn common_digest(objects: &[Object<'_>]) -> Digest {
    let mut digests = objects.iter().map(|object| &object.digest);
    let first = digests.next().cloned().unwrap_or_default();
    digests.fold(first, |common, other| Digest {
        class: common.class.filter(|it| other.class == Some(*it)),
        name: common.name.filter(|it| other.name.as_ref() == Some(it)),
        quantity: common.quantity.filter(|it| other.quantity == Some(*it)),
        from: common.from.filter(|it| other.from == Some(*it)),
        to: common.to.filter(|it| other.to == Some(*it)),
        place: common.place.filter(|it| other.place.as_ref() == Some(it)),
    })
}
