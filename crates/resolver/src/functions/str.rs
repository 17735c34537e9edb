//! `util.str`.

use json::Value;
use unicode_normalization::UnicodeNormalization;

use super::Table;
use crate::call::Args;
use crate::outcome::Failure;

pub const TABLE: Table = &[
    ("toUpper", |_, args| Ok(args.string(0, "toUpper")?.to_uppercase().into())),
    ("toLower", |_, args| Ok(args.string(0, "toLower")?.to_lowercase().into())),
    ("toReplace", |_, args| to_replace(args)),
    ("normalize", |_, args| normalize(args)),
];

fn to_replace(args: Args<'_>) -> Result<Value, Failure> {
    let [text, sought, replacement] = [0, 1, 2].map(|place| args.string(place, "toReplace"));
    Ok(text?.replace(sought?, replacement?).into())
}

fn normalize(args: Args<'_>) -> Result<Value, Failure> {
    let (text, form) = (args.string(0, "normalize")?, args.string(1, "normalize")?);
    let normalized: String = match form.to_ascii_lowercase().as_str() {
        "nfc" => text.nfc().collect(),
        "nfd" => text.nfd().collect(),
        "nfkc" => text.nfkc().collect(),
        "nfkd" => text.nfkd().collect(),
        _ => {
            let message = format!("normalize: unknown form {form}: nfc, nfd, nfkc or nfkd");
            return Err(Failure::fault(message));
        }
    };
    Ok(normalized.into())
}
