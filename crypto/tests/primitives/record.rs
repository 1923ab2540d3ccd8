//! Reads the files of `vectors/`: lines `name = value`, an empty line between two records, comments behind `#`.

use std::collections::BTreeMap;

pub(crate) struct Record(BTreeMap<&'static str, &'static str>);

pub(crate) fn parse(text: &'static str) -> Vec<Record> {
    text.split("\n\n")
        .map(|paragraph| {
            let lines = paragraph.lines().filter(|line| !line.starts_with('#'));
            let fields =
                lines.map(|line| line.split_once('=').expect("a line has a name and a value"));
            Record(
                fields
                    .map(|(name, value)| (name.trim(), value.trim()))
                    .collect(),
            )
        })
        .filter(|record| !record.0.is_empty())
        .collect()
}

impl Record {
    pub(crate) fn text(&self, name: &str) -> &'static str {
        self.0.get(name).expect("every record has this field")
    }

    pub(crate) fn number(&self, name: &str) -> usize {
        self.text(name).parse().expect("a number is in decimal")
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        unhex(self.text(name))
    }

    pub(crate) fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name)
            .try_into()
            .expect("the field has its length")
    }
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty(), "hexadecimal digits come in pairs");
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hexadecimal digit");
    pairs
        .iter()
        .map(|&[high, low]| {
            u8::try_from(digit(high) << 4 | digit(low)).expect("two digits are a byte")
        })
        .collect()
}
