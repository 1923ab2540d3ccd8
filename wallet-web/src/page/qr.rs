//! A text as a QR code, drawn as one path. Pure.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment};
use std::fmt::Write;

/// A drawn code: the side of its square without margin, and the dark modules as an SVG path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Modules on one side.
    pub(crate) side: i32,
    /// The path, one unit a module.
    pub(crate) path: String,
}

/// The text in the densest mode that can write it. `QrSegment::make_segments` would choose the same, but looks for each
/// character as a string, and brings along the search for strings.
fn segment(text: &str) -> QrSegment {
    let is_alphanumeric = |byte: u8| {
        byte.is_ascii_digit() || byte.is_ascii_uppercase() || b" $%*+-./:".contains(&byte)
    };
    if QrSegment::is_numeric(text) {
        QrSegment::make_numeric(text)
    } else if text.bytes().all(is_alphanumeric) {
        QrSegment::make_alphanumeric(text)
    } else {
        QrSegment::make_bytes(text.as_bytes())
    }
}

/// Draws a text; `None` if it is too long for any code.
pub(crate) fn draw(text: &str) -> Option<Drawn> {
    // The least error correction: what is shown on a screen is neither dirty nor torn, and larger modules read better.
    // Where the version leaves room, the encoder raises it by itself.
    let code = QrCode::encode_segments(&[segment(text)], QrCodeEcc::Low).ok()?;
    let side = code.size();
    let mut path = String::new();
    for y in 0..side {
        let mut x = 0;
        while x < side {
            if !code.get_module(x, y) {
                x += 1;
                continue;
            }
            let start = x;
            while x < side && code.get_module(x, y) {
                x += 1;
            }
            let run = x - start;
            // Writing to a string cannot fail.
            let _ = write!(path, "M{start} {y}h{run}v1h-{run}z");
        }
    }
    Some(Drawn { side, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_its_three_eyes() {
        let drawn = draw("4F9K 22XA 7QPL").unwrap();
        assert_eq!(drawn.side, 21);
        let last = drawn.side - 7;
        assert!(drawn.path.starts_with("M0 0h7v1h-7z"));
        assert!(drawn.path.contains(&format!("M{last} 0h7v1h-7z")));
        assert!(drawn.path.contains(&format!("M0 {last}h7v1h-7z")));
    }

    #[test]
    fn text_is_written_as_densely_as_the_encoder_would() {
        for part in ["8", "A", "/", "a", "é", "8a", "A_", "財"] {
            let text = part.repeat(60);
            let code = QrCode::encode_text(&text, QrCodeEcc::Low).unwrap();
            assert_eq!(draw(&text).unwrap().side, code.size(), "{text}");
        }
    }

    #[test]
    fn text_of_the_largest_payload_is_drawn_and_more_is_not() {
        assert!(draw(&"x".repeat(saifu_protocol::limits::MAX_PAYLOAD_BYTES)).is_some());
        assert!(draw(&"x".repeat(3_000)).is_none());
    }

    /// What another program reads in the code, drawn in black on white with a margin of four modules.
    fn read_back(drawn: &Drawn) -> String {
        const SCALE: usize = 4;
        const MARGIN: usize = 4;
        let side = usize::try_from(drawn.side).unwrap();
        let mut dark = vec![false; side * side];
        for run in drawn.path.split_terminator('z') {
            let numbers: Vec<usize> = run
                .split(|it: char| !it.is_ascii_digit())
                .filter_map(|it| it.parse().ok())
                .collect();
            let [x, y, length, height, back] = numbers[..] else {
                panic!("no run of modules: {run}");
            };
            assert_eq!((height, back), (1, length));
            dark[y * side + x..][..length].fill(true);
        }
        let pixels = (side + 2 * MARGIN) * SCALE;
        let is_dark = |x: usize, y: usize| {
            let module = |at: usize| (at / SCALE).checked_sub(MARGIN).filter(|it| *it < side);
            module(x)
                .zip(module(y))
                .is_some_and(|(x, y)| dark[y * side + x])
        };
        let shade = |x, y| if is_dark(x, y) { 0 } else { u8::MAX };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, shade);
        let grids = image.detect_grids();
        let [grid] = &grids[..] else {
            panic!("{} codes in one picture", grids.len());
        };
        grid.decode().unwrap().1
    }

    #[test]
    fn another_program_reads_what_was_drawn() {
        let paper = format!(
            "saifu-bearer:{{\"suite\":1,\"certificate\":\"{}\"}}",
            "eyJhbGciOi".repeat(180)
        );
        for text in [
            "4F9K 22XA 7QPL",
            "0123456789",
            "code of 静かな港, €12.50",
            &paper,
        ] {
            assert_eq!(read_back(&draw(text).unwrap()), text);
        }
    }
}
