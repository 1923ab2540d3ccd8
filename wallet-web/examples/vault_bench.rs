//! How long sealing and opening take, by the crate and by WebCrypto, and what of it is left in a wallet of many items: for
//! `tests/bench/vault.mjs`. No example: cargo builds examples in the profile of the product, and never as a part of it.

/// The store's own files, not a copy of them.
#[cfg(target_arch = "wasm32")]
#[path = "../src/worker"]
mod adapter {
    pub(crate) mod idb;
    #[expect(dead_code, reason = "bodies and phases are for the wallet's loop")]
    pub(crate) mod store;
    #[expect(dead_code, reason = "and so is the calendar")]
    pub(crate) mod time;
    pub(crate) mod vault;

    fn scope() -> web_sys::WorkerGlobalScope {
        wasm_bindgen::JsCast::unchecked_into(js_sys::global())
    }
}

#[cfg(target_arch = "wasm32")]
mod exports {
    use super::adapter::{store::Store, time};
    use js_sys::{Array, Object, Promise, Uint8Array};
    use saifu_crypto::{Secret, aead, make_bytes};
    use saifu_protocol::certificate::Address;
    use saifu_protocol::digest::{Digest, DigestSetting};
    use saifu_protocol::{Counter, SafeId, UnixTime, value};
    use saifu_wallet_core::books::{
        Books, CertificateItem, Change, Custody, Item, OthersWait, Standing, ValueItem,
    };
    use saifu_wallet_core::engine::Wallet;
    use saifu_wallet_core::form::{self, Form};
    use saifu_wallet_core::ids::ItemId;
    use saifu_wallet_core::port::{Batch, Body, Context, Durability, Key, Opened};
    use wasm_bindgen::prelude::wasm_bindgen;
    use wasm_bindgen::{JsCast, JsError, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{AesGcmParams, Crypto, CryptoKey, SubtleCrypto};

    const NONCE: [u8; aead::NONCE_LEN] = [7; aead::NONCE_LEN];
    const AAD: &[u8] = b"\x01page/00000000";

    fn subtle() -> SubtleCrypto {
        let scope = js_sys::global();
        let crypto = js_sys::Reflect::get(&scope, &"crypto".into());
        let crypto: Crypto = crypto.expect("a secure context").unchecked_into();
        crypto.subtle()
    }

    fn parameters() -> Object {
        let parameters = AesGcmParams::new("AES-GCM", &Uint8Array::from(NONCE.as_slice()));
        parameters.set_additional_data(&Uint8Array::from(AAD));
        parameters.unchecked_into()
    }

    /// So many bytes to be sealed, and the same sealed, as they lie in the database.
    #[wasm_bindgen]
    pub struct Bench {
        key: Secret,
        there: CryptoKey,
        plain: Vec<u8>,
        sealed: Uint8Array,
    }

    #[wasm_bindgen]
    impl Bench {
        pub async fn make(size: usize) -> Result<Bench, JsValue> {
            let key = Secret::make(&mut time::rng());
            let raw = Uint8Array::from(key.expose_secret().as_slice());
            let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
            let there = subtle().import_key_with_str("raw", &raw, "AES-GCM", false, &usages)?;
            let plain: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let sealed = aead::seal(&key, &NONCE, AAD, &plain);
            Ok(Bench {
                there: JsFuture::from(there).await?.unchecked_into(),
                sealed: Uint8Array::from(sealed.as_slice()),
                key,
                plain,
            })
        }

        #[wasm_bindgen(js_name = sealHere)]
        pub fn seal_here(&self, times: u32) {
            for _ in 0..times {
                let sealed = aead::seal(&self.key, &NONCE, AAD, &self.plain);
                std::hint::black_box(Uint8Array::from(sealed.as_slice()));
            }
        }

        #[wasm_bindgen(js_name = openHere)]
        pub fn open_here(&self, times: u32) {
            for _ in 0..times {
                let sealed = self.sealed.to_vec();
                let opened = aead::open(&self.key, &NONCE, AAD, &sealed);
                std::hint::black_box(opened.expect("it was sealed so"));
            }
        }

        fn sealing(&self) -> Result<Promise, JsValue> {
            subtle().encrypt_with_object_and_u8_array(&parameters(), &self.there, &self.plain)
        }

        fn opening(&self) -> Result<Promise, JsValue> {
            subtle().decrypt_with_object_and_js_u8_array(&parameters(), &self.there, &self.sealed)
        }

        /// One after the other.
        #[wasm_bindgen(js_name = sealThere)]
        pub async fn seal_there(&self, times: u32) -> Result<(), JsValue> {
            for _ in 0..times {
                let sealed = JsFuture::from(self.sealing()?).await?;
                std::hint::black_box(Uint8Array::new(&sealed));
            }
            Ok(())
        }

        #[wasm_bindgen(js_name = openThere)]
        pub async fn open_there(&self, times: u32) -> Result<(), JsValue> {
            for _ in 0..times {
                let opened = JsFuture::from(self.opening()?).await?;
                std::hint::black_box(Uint8Array::new(&opened).to_vec());
            }
            Ok(())
        }

        /// All begun before the first is awaited.
        #[wasm_bindgen(js_name = openThereAtOnce)]
        pub async fn open_there_at_once(&self, times: u32) -> Result<(), JsValue> {
            let begun = (0..times).map(|_| self.opening());
            let begun: Vec<Promise> = begun.collect::<Result<_, _>>()?;
            for opening in begun {
                let opened = JsFuture::from(opening).await?;
                std::hint::black_box(Uint8Array::new(&opened).to_vec());
            }
            Ok(())
        }
    }

    /// The pages of an index of so many items: values and certificates by turns, as their owner would have them.
    fn pages(items: u32) -> Vec<(Key, Body)> {
        let form = Form {
            name: "Evening ticket, main hall".into(),
            unit_price: "1600".into(),
            place: "Cinema Paradiso, Tokyo".into(),
            from: "2030-01-01".into(),
            to: "2030-12-31".into(),
            ..Form::default()
        };
        let value = form::read(&form).unwrap_or_else(|_| unreachable!("a form that is filled in"));
        let digest = Digest::of(&value, DigestSetting::FiveFields);
        let since = UnixTime(1_900_000_000);
        let item = |number: u32| match number % 2 {
            0 => Item::Value(ValueItem::of(&value, 420, since, Custody::Held)),
            _ => Item::Certificate(CertificateItem {
                safe: SafeId::new([9; 32]),
                address: Address::parse("https://safe.example.org").expect("an address"),
                digest: digest.clone(),
                sha256: vec![number as u8; 32],
                md5: vec![number as u8; 16],
                counter: Counter::new(u64::from(number)).expect("far below the limit"),
                issued_at: since,
                retained_until: since,
                object_bytes: 420,
                standing: Standing::AtSafe,
                came_of: Some(ItemId::new(make_bytes(&mut time::rng()))),
                part: None,
                others: OthersWait::Told(0),
                may_be_used: false,
                checks: Default::default(),
            }),
        };
        let numbers: Vec<u32> = (0..items).collect();
        let pages = (0..).zip(numbers.chunks(64)).filter_map(|(page, numbers)| {
            let put = |number: &u32| {
                let id = ItemId::new(make_bytes(&mut time::rng()));
                Change::Put(id, item(*number), None)
            };
            let changes: Vec<Change> = numbers.iter().map(put).collect();
            // On empty books: all go to one page.
            let batch = Books::default().batch(&changes, Durability::Relaxed);
            batch
                .puts
                .into_iter()
                .next()
                .map(|(_, body)| (Key::Page(page), body))
        });
        pages.collect()
    }

    /// A wallet's store with an index of so many items.
    #[wasm_bindgen]
    pub struct Filled {
        name: String,
        pages: Vec<(Key, Body)>,
    }

    fn failed(what: &str) -> JsError {
        JsError::new(what)
    }

    fn batch(version: u64, puts: Vec<(Key, Body)>, durability: Durability) -> Batch {
        Batch {
            expected_version: version,
            puts,
            deletes: Vec::new(),
            durability,
        }
    }

    async fn open(name: &str) -> Result<(Store, Opened), JsError> {
        let opened = Store::open(name, &mut time::rng(), || {}).await;
        opened.map_err(|_| failed("the store does not open"))
    }

    #[wasm_bindgen]
    impl Filled {
        pub async fn make(name: String, items: u32) -> Result<Filled, JsError> {
            let pages = pages(items);
            let (store, opened) = open(&name).await?;
            let batch = batch(opened.version, pages.clone(), Durability::Relaxed);
            let stored = store.commit(batch, &mut time::rng()).await;
            stored.map_err(|_| failed("not stored"))?;
            Ok(Filled { name, pages })
        }

        /// The same, in another Worker.
        pub fn again(name: String) -> Filled {
            let pages = Vec::new();
            Filled { name, pages }
        }

        /// Number and mean length of the pages.
        pub fn sizes(&self) -> Vec<u32> {
            let bytes: usize = self
                .pages
                .iter()
                .map(|(_, body)| body.as_bytes().len())
                .sum();
            vec![self.pages.len() as u32, (bytes / self.pages.len()) as u32]
        }

        /// The store alone: read and opened.
        #[wasm_bindgen(js_name = openStore)]
        pub async fn open_store(&self) -> Result<(), JsError> {
            let (_, opened) = open(&self.name).await?;
            std::hint::black_box(opened.records);
            Ok(())
        }

        /// All the way to the first view.
        #[wasm_bindgen(js_name = openWallet)]
        pub async fn open_wallet(&self) -> Result<usize, JsError> {
            let (_, opened) = open(&self.name).await?;
            let (_, effects) = Wallet::open(
                opened,
                &mut Context {
                    now_ms: time::now_ms(),
                    today: value::parse_date("2030-06-01").expect("a day"),
                    offset_minutes: 0,
                    rng: &mut time::rng(),
                    stretch: saifu_crypto::stretch::Stretch::default(),
                },
            )
            .map_err(|_| failed("the wallet does not open"))?;
            Ok(effects.len())
        }

        /// So many commits, each of one page and of the body of an item, to a store of its own that has nothing else.
        pub async fn commit(&self, times: u32, strict: bool) -> Result<(), JsError> {
            let (store, opened) = open(&format!("{}-commit", self.name)).await?;
            for number in 0..u64::from(times) {
                let puts = vec![
                    self.pages[0].clone(),
                    (Key::Body(ItemId::new([1; 16])), Body::new(vec![1; 600])),
                ];
                let durability = if strict {
                    Durability::Strict
                } else {
                    Durability::Relaxed
                };
                let batch = batch(opened.version + number, puts, durability);
                let stored = store.commit(batch, &mut time::rng()).await;
                stored.map_err(|_| failed("not stored"))?;
            }
            Ok(())
        }
    }
}

fn main() {}
