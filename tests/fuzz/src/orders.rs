//! Orders, what is said about them, and what comes back for one.

use crate::corpus;
use crate::shared::{reads_back, text};
use saifu_protocol::json;
use saifu_protocol::order::{
    self, Coupled, Obeyed, OrderAnswer, OrderItem, OwnerOrderItem, open_answer,
};

/// Nothing passes but what was signed, to the last character.
pub(crate) fn order(bytes: &[u8]) {
    if let Some(text) = text(bytes)
        && order::read(text).is_ok()
    {
        assert!(corpus::orders().iter().any(|genuine| genuine == bytes));
    }
}

/// Nothing opens but what the safe has sealed.
pub(crate) fn order_answer(bytes: &[u8]) {
    let Ok(answer) = json::read::<OrderAnswer>(bytes) else {
        return;
    };
    let genuine = corpus::order_answers();
    let is_genuine = genuine
        .iter()
        .any(|it| json::read::<OrderAnswer>(it).as_ref() == Ok(&answer));
    for order in corpus::orders() {
        let order = text(&order).unwrap_or_default();
        let opened = open_answer(&answer, order, &corpus::secret(), &corpus::answers_with());
        assert!(opened.is_none() || is_genuine);
    }
}

/// What two safes and a wallet say to each other about orders.
pub(crate) fn order_message(bytes: &[u8]) {
    reads_back::<OrderItem>(bytes);
    reads_back::<OwnerOrderItem>(bytes);
    reads_back::<Coupled>(bytes);
    reads_back::<Obeyed>(bytes);
}
