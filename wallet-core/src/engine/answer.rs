//! What safes answer, and what it means for the flow that asked.

use super::{Asked, Awaiting, Then, Wallet, descriptor_request};
use crate::books::{Change, Safe};
use crate::client::{self, Verdict};
use crate::flow::{Input, Next};
use crate::ids::FlowId;
use crate::notice::Kind;
use crate::port::{Answer, Context, Durability, Effect};
use crate::view::{Reach, Waiting};
use alloc::vec::Vec;
use saifu_protocol::descriptor::Descriptor;
use saifu_protocol::{SafeId, UnixTime};

/// How often a request is signed again at once because the safe's clock differs.
pub(super) const CLOCK_RETRIES: u32 = 2;

impl Wallet {
    pub(super) fn answered(
        &mut self,
        ask: u64,
        answer: Option<Answer>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        match self.asks.remove(&ask) {
            Some(Asked::Flow(flow, safe, expected)) if self.awaits(flow, &Awaiting::Ask(ask)) => {
                let answer = answer.as_ref().map(|a| (a.status, a.body.as_slice()));
                let verdict = client::read(&expected, answer);
                self.judge(flow, safe, verdict, context, effects);
            }
            Some(Asked::Rekey(flow, safe)) if self.awaits(flow, &Awaiting::Ask(ask)) => {
                self.rekey(flow, safe, answer, context, effects);
            }
            Some(Asked::Meet(address)) => self.met(&address, answer),
            Some(Asked::Safe(safe)) => self.heard(safe, answer, context, effects),
            Some(Asked::Watch(safe, expected, attempt, frozen)) => {
                let asked = (safe, &expected, attempt, frozen);
                self.watched(asked, answer.as_ref(), context, effects);
            }
            Some(Asked::Flow(..) | Asked::Rekey(..)) | None => {}
        }
    }

    /// What a safe's answer means for the flow that asked.
    fn judge(
        &mut self,
        flow: FlowId,
        safe: SafeId,
        verdict: Verdict,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let reach = match &verdict {
            Verdict::Unknown(Waiting::Unreachable | Waiting::Garbled) => Reach::Silent,
            _ => Reach::Answers,
        };
        self.set_reach(safe, reach, context.now_ms);
        let input = match verdict {
            Verdict::Unknown(waiting) => {
                if waiting == Waiting::TooOld {
                    self.tell_of_version(flow, safe, context);
                }
                return self.proceed(flow, Next::Wait(waiting), context, effects);
            }
            Verdict::Clock(time) => {
                self.set_clock(safe, time, context.now_ms);
                let running = self.running.of(flow);
                running.clock_retries += 1;
                if running.clock_retries > CLOCK_RETRIES {
                    running.clock_retries = 0;
                    return self.proceed(flow, Next::Wait(Waiting::Clock), context, effects);
                }
                return self.begin(flow);
            }
            Verdict::Rekey => {
                let ask = self.token();
                if let Some(known) = self.books.safe(safe) {
                    effects.push(descriptor_request(ask, &known.address));
                    self.asks.insert(ask, Asked::Rekey(flow, safe));
                    self.running.of(flow).awaiting = Awaiting::Ask(ask);
                }
                return;
            }
            Verdict::ChannelOver(session) => {
                self.channels.end(safe, session);
                return self.begin(flow);
            }
            Verdict::Registered(certificate) => Input::Registered(certificate),
            Verdict::Recovered(recovered) => Input::Recovered(recovered),
            Verdict::Ended(receipt) => Input::Ended(receipt),
            Verdict::Owner(answer) => Input::Owner(answer),
            Verdict::Waited(outcomes) => Input::Waited(outcomes),
            Verdict::Audited(outcomes) => Input::Audited(outcomes),
            Verdict::Asked(page) => {
                self.set_offer(safe, page.push);
                Input::Asked(page)
            }
            Verdict::Refused(problem) => Input::Refused(problem),
        };
        let running = self.running.of(flow);
        running.clock_retries = 0;
        running.waiting = None;
        self.drive(flow, input, context, effects);
    }

    /// Not the safe's own word, so nothing ends by it. Its owner hears of it once, not at every attempt.
    fn tell_of_version(&mut self, flow: FlowId, safe: SafeId, context: &mut Context<'_>) {
        if self.running.of(flow).waiting == Some(Waiting::TooOld) {
            return;
        }
        let subject = self.books.flow(flow);
        let subject = subject.map(|flow| super::show::subject(&self.books, flow));
        let address = self.books.safe(safe);
        let address = address.map(|safe| safe.address.as_str().into());
        self.tell_at(
            address.unwrap_or_default(),
            subject.unwrap_or_default(),
            Kind::SafeTooOld,
            context,
        );
    }

    /// A safe may change the key bodies are sealed to, never the key it signs with: that one is who it is.
    fn rekey(
        &mut self,
        flow: FlowId,
        safe: SafeId,
        answer: Option<Answer>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(known) = self.books.safe(safe) else {
            return;
        };
        let Some(answer) = answer else {
            return self.proceed(flow, Next::Wait(Waiting::Unreachable), context, effects);
        };
        match Descriptor::read(&answer.body, &known.address) {
            Ok(descriptor) if has_new_key(known, &descriptor) => {
                let trust = alloc::vec![renewed(known, &descriptor)];
                let then = Then::Safe(flow);
                self.commit(trust, Durability::Strict, then, effects);
            }
            Ok(descriptor) if descriptor.id == safe => {
                self.proceed(flow, Next::Wait(Waiting::Garbled), context, effects);
            }
            Ok(_) => {
                self.tell(Kind::SafeKeyChanged, context);
                self.proceed(flow, Next::Wait(Waiting::KeyChanged), context, effects);
            }
            Err(_) => self.proceed(flow, Next::Wait(Waiting::Garbled), context, effects),
        }
    }

    /// The safe's clock shows this.
    pub(super) fn set_clock(&mut self, safe: SafeId, time: UnixTime, now_ms: u64) {
        let here = i64::try_from(now_ms / 1_000).unwrap_or(i64::MAX);
        let there = i64::try_from(time.0).unwrap_or(i64::MAX);
        self.clocks.insert(safe, there.saturating_sub(here));
    }

    /// The time at a safe, as far as it is known.
    pub(super) fn safe_time(&self, safe: SafeId, now_ms: u64) -> UnixTime {
        let offset = self.clocks.get(&safe).copied().unwrap_or(0);
        UnixTime((now_ms / 1_000).saturating_add_signed(offset))
    }
}

/// Whether a safe says that bodies are to be sealed to another key from now on.
pub(super) fn has_new_key(known: &Safe, descriptor: &Descriptor) -> bool {
    descriptor.id == known.id
        && descriptor.sealing_key != known.sealing_key
        && descriptor.time > known.attested_at
}

/// The safe with that key.
pub(super) fn renewed(known: &Safe, descriptor: &Descriptor) -> Change {
    Change::Trust(Safe {
        sealing_key: descriptor.sealing_key,
        attested_at: descriptor.time,
        ..known.clone()
    })
}
