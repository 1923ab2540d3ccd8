use super::*;
use alloc::format;
use saifu_crypto::testing::Counting;

const SAID: &[u8] = b"correct horse, 1 battery";

struct Pair {
    worker: Receiver,
    page: Sender,
    rng: Counting,
}

impl Pair {
    fn new() -> Self {
        let mut rng = Counting(3);
        let mut worker = Receiver::make(&mut rng);
        let page = Sender::new(worker.offer(&mut rng));
        Self { worker, page, rng }
    }

    fn seal(&mut self, said: &[u8]) -> Envelope {
        self.page.seal(said, &mut self.rng).unwrap()
    }

    /// As [`Self::seal`], with no offered key left.
    fn seal_lasting(&mut self, said: &[u8]) -> Envelope {
        self.page.free.clear();
        self.seal(said)
    }

    fn open(&mut self, envelope: &Envelope) -> Result<Vec<u8>, NotTaken> {
        self.worker.open(envelope).map(|said| said.to_vec())
    }

    /// One message in each form, of a pair of its own.
    fn each(mut check: impl FnMut(&mut Self, Envelope)) {
        let mut pair = Self::new();
        let agreed = pair.seal(SAID);
        assert!(matches!(agreed.form, Form::Agreed { .. }));
        check(&mut pair, agreed);
        let mut pair = Self::new();
        let lasting = pair.seal_lasting(SAID);
        assert_eq!(lasting.form, Form::Lasting);
        check(&mut pair, lasting);
    }
}

#[test]
fn what_is_said_arrives_in_either_form() {
    Pair::each(|pair, envelope| assert_eq!(pair.open(&envelope).unwrap(), SAID));
    let mut pair = Pair::new();
    for count in 0..3 * OFFERED {
        let envelope = pair.seal(&[7; 700][..count]);
        let is_agreed = matches!(envelope.form, Form::Agreed { .. });
        assert_eq!(is_agreed, count < OFFERED, "while an offered key is free");
        assert_eq!(pair.open(&envelope).unwrap(), [7; 700][..count]);
    }
    let more = pair.worker.offer(&mut pair.rng);
    assert_eq!(more.fresh.len(), OFFERED);
    pair.page.take(more);
    assert!(matches!(pair.seal(SAID).form, Form::Agreed { .. }));
}

#[test]
fn an_envelope_passes_as_json_and_shows_nothing() {
    Pair::each(|pair, envelope| {
        let text = saifu_protocol::json::write_text(&envelope);
        assert!(!text.contains("horse") && !format!("{envelope:?}").contains("horse"));
        let read: Envelope = saifu_protocol::json::read(text.as_bytes()).unwrap();
        assert_eq!(pair.open(&read).unwrap(), SAID);
    });
}

#[test]
fn lengths_tell_little() {
    let mut pair = Pair::new();
    let [short, long] = [&b"1"[..], &[b'x'; 200]].map(|said| pair.seal(said).sealed.len());
    assert_eq!(short, long);
}

#[test]
fn replayed_it_is_not_taken() {
    Pair::each(|pair, envelope| {
        pair.open(&envelope).unwrap();
        assert_eq!(pair.open(&envelope), Err(NotTaken));
    });
    // Nor one that was held back while others passed.
    Pair::each(|pair, held_back| {
        let next = pair.seal_lasting(b"next");
        pair.open(&next).unwrap();
        assert_eq!(pair.open(&held_back), Err(NotTaken));
    });
}

#[test]
fn under_another_number_or_in_another_run_it_is_not_taken() {
    Pair::each(|pair, mut envelope| {
        envelope.number += 1;
        assert_eq!(pair.open(&envelope), Err(NotTaken));
    });
    Pair::each(|pair, mut envelope| {
        pair.worker.run = Run::new([9; 16]);
        assert_eq!(pair.open(&envelope), Err(NotTaken));
        // Nor with the name of that run written on it.
        envelope.run = pair.worker.run;
        assert_eq!(pair.open(&envelope), Err(NotTaken));
    });
}

#[test]
fn cut_or_altered_it_is_not_taken() {
    let mut pair = Pair::new();
    let whole = pair.seal_lasting(SAID);
    for length in 0..whole.sealed.len() {
        let mut cut = whole.clone();
        cut.sealed.truncate(length);
        assert_eq!(pair.open(&cut), Err(NotTaken), "{length}");
    }
    for at in 0..whole.sealed.len() {
        let mut altered = whole.clone();
        altered.sealed[at] ^= 1;
        assert_eq!(pair.open(&altered), Err(NotTaken), "{at}");
    }
    assert_eq!(pair.open(&whole).unwrap(), SAID, "the true one still is");
    // A message for a key of its own has one try: its key is gone with the first.
    for length in [0, 15, 16, 100] {
        Pair::each(|pair, mut envelope| {
            envelope.sealed.truncate(length);
            assert_eq!(pair.open(&envelope), Err(NotTaken));
        });
    }
    Pair::each(|pair, mut envelope| {
        envelope.sealed[0] ^= 1;
        assert_eq!(pair.open(&envelope), Err(NotTaken));
    });
}

#[test]
fn reflected_it_is_not_taken() {
    // Whoever has neither secret sends the Worker's own public key back, or one on which all agree.
    for public in [None, Some([0; 32])] {
        let mut pair = Pair::new();
        let (key, workers) = pair.page.free[0];
        let mut envelope = pair.seal(SAID);
        let public = public.map_or(workers, PublicKey::new);
        envelope.form = Form::Agreed { key, public };
        let shared = Secret::new([0; 32]);
        let known = agreed_key(&shared, pair.worker.run, key, workers, public);
        let bound = bound_to(pair.worker.run, envelope.number);
        envelope.sealed = aead::seal(&known, &NONCE, &bound, &fill(SAID).unwrap());
        assert_eq!(pair.open(&envelope), Err(NotTaken));
    }
    // What is sealed to the Worker is nothing another direction would open: the label is in the key.
    let shared = Secret::new([4; 32]);
    let [one, other] = [1, 2].map(|byte| PublicKey::new([byte; 32]));
    let run = Run::new([5; 16]);
    let key = agreed_key(&shared, run, 1, one, other);
    assert_ne!(key, agreed_key(&shared, run, 1, other, one));
    assert_ne!(key, derive_key(&shared, labels::REPLY_INFO, &[]));
}

#[test]
fn one_form_is_not_taken_for_the_other() {
    Pair::each(|pair, mut envelope| {
        let (key, _) = pair.page.free.pop_front().unwrap_or((1, pair.page.lasting));
        let public = PublicKey::new([9; 32]);
        envelope.form = match envelope.form {
            Form::Agreed { .. } => Form::Lasting,
            Form::Lasting => Form::Agreed { key, public },
        };
        assert_eq!(pair.open(&envelope), Err(NotTaken));
    });
}

#[test]
fn captured_it_opens_with_nothing_that_the_worker_still_has() {
    let mut pair = Pair::new();
    let captured = pair.seal(SAID);
    pair.open(&captured).unwrap();
    // Everything that is left in the Worker and on the page, with the count set back.
    pair.worker.last_taken = 0;
    assert_eq!(pair.open(&captured), Err(NotTaken), "its key is gone");
    let Form::Agreed { key, public } = captured.form else {
        panic!("it was agreed");
    };
    let bound = bound_to(pair.worker.run, captured.number);
    let rest: Vec<Secret> = pair.worker.offered.drain(..).map(|(_, it)| it).collect();
    assert_eq!(rest.len(), OFFERED - 1);
    for secret in rest.iter().chain([&pair.worker.lasting]) {
        let shared = KeyPair::new(secret).agree(public.as_bytes()).unwrap();
        let tried = agreed_key(&shared, pair.worker.run, key, public_of(secret), public);
        assert!(aead::open(&tried, &NONCE, &bound, &captured.sealed).is_err());
    }
    // The lasting form is what it says: as long as its key is there, it opens.
    let mut pair = Pair::new();
    let captured = pair.seal_lasting(SAID);
    pair.open(&captured).unwrap();
    pair.worker.last_taken = 0;
    assert_eq!(pair.open(&captured).unwrap(), SAID);
    pair.worker.lasting = Secret::new([1; 32]);
    pair.worker.last_taken = 0;
    assert_eq!(pair.open(&captured), Err(NotTaken));
}

#[test]
fn another_run_begins_anew() {
    let mut pair = Pair::new();
    let old = pair.seal(SAID);
    let mut worker = Receiver::make(&mut pair.rng);
    pair.page.take(worker.offer(&mut pair.rng));
    let new = pair.seal(SAID);
    assert_eq!(worker.open(&old), Err(NotTaken));
    assert_eq!(worker.open(&new).unwrap().as_slice(), SAID);
}
