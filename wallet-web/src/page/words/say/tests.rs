//! Values get where they belong, and each sentence is the same in the build as in the source.

use super::*;

#[test]
fn values_stand_where_their_names_do_in_both_languages() {
    let (count, all) = (1, "3");
    assert_eq!(
        fill("{all} of {count}{all}.", "count all ", &[&count, &all]),
        "3 of 13."
    );
    assert_eq!(fill("", "", &[]), "");
}

#[test]
fn what_the_page_fetches_has_every_sentence_in_its_place() {
    let files = [
        include_str!(concat!(env!("OUT_DIR"), "/en.txt")),
        include_str!(concat!(env!("OUT_DIR"), "/ja.txt")),
    ];
    for (lang, file) in Lang::ALL.into_iter().zip(files) {
        let lines = lines(file.into()).unwrap();
        for (number, line) in lines.into_iter().enumerate() {
            assert_eq!(line, plain(lang, number));
        }
    }
}

#[test]
fn another_file_is_no_language() {
    assert_eq!(lines("<!doctype html>\n".into()), None);
    assert_eq!(lines(String::new()), None);
}
