//! The elements of a JSON array, or the members of an object, as they come.

use super::intake::Intake;
use super::{check_length, parsed, text};
use crate::map_run::objects::{Source, Stop};

/// Reads what `pointer` (RFC 6901) leads to. Whether more items are wanted.
pub(super) async fn read(
    source: &mut Source<'_>,
    pointer: &str,
    intake: &mut Intake<'_>,
) -> Result<bool, Stop> {
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if !enter(source, &step).await? {
            let cause = format!("The ItemsPointer '{pointer}' leads to nothing.");
            return Err(source.failed(cause));
        }
    }
    let is_object = match blank(source).await? {
        Some(b'[') => false,
        Some(b'{') => true,
        // Recorded for values that aren't a collection.
        _ => return Err(source.failed("Attempting to map over non-iterable node.")),
    };
    let mut place = 0;
    while let Some(key) = next_member(source, is_object, place).await? {
        let item = capture(source).await?;
        let value = parsed(source, &item)?;
        if !intake.push(key.filter(|_| is_object), value).await? {
            return Ok(false);
        }
        place += 1;
    }
    Ok(true)
}

/// Goes to the member called `step`; false if there is none.
async fn enter(source: &mut Source<'_>, step: &str) -> Result<bool, Stop> {
    let is_object = match blank(source).await? {
        Some(b'[') => false,
        Some(b'{') => true,
        _ => return Ok(false),
    };
    let mut place = 0;
    while let Some(key) = next_member(source, is_object, place).await? {
        if key.is_some_and(|key| key == step) || !is_object && place.to_string() == step {
            return Ok(true);
        }
        pass(source, None).await?;
        place += 1;
    }
    Ok(false)
}

/// Goes to the next member of the collection that the source stands in; gives its key. None behind the last.
async fn next_member(
    source: &mut Source<'_>,
    is_object: bool,
    place: usize,
) -> Result<Option<Option<String>>, Stop> {
    let end = if is_object { b'}' } else { b']' };
    // The bracket that opens the collection, or what follows the member before.
    let first = blank(source).await?;
    if place > 0 && first == Some(end) {
        source.next().await?;
        return Ok(None);
    }
    if first.is_none() || place > 0 && first != Some(b',') {
        return Err(malformed(source));
    }
    source.next().await?;
    match blank(source).await? {
        Some(byte) if byte == end && place == 0 => {
            source.next().await?;
            return Ok(None);
        }
        Some(_) => {}
        None => return Err(malformed(source)),
    }
    if !is_object {
        return Ok(Some(None));
    }
    let key = capture(source).await?;
    let key = parsed(source, &key)?;
    let key = key.as_str().map(str::to_owned).ok_or_else(|| malformed(source))?;
    match blank(source).await? {
        Some(b':') => {
            source.next().await?;
            Ok(Some(Some(key)))
        }
        _ => Err(malformed(source)),
    }
}

/// The next byte that isn't white space.
async fn blank(source: &mut Source<'_>) -> Result<Option<u8>, Stop> {
    while let Some(byte) = source.peek().await? {
        if !byte.is_ascii_whitespace() {
            return Ok(Some(byte));
        }
        source.next().await?;
    }
    Ok(None)
}

/// The text of the next value.
async fn capture(source: &mut Source<'_>) -> Result<String, Stop> {
    let mut bytes = Vec::new();
    pass(source, Some(&mut bytes)).await?;
    text(source, bytes)
}

/// Goes behind the next value, of which it sees only where it ends.
async fn pass(source: &mut Source<'_>, mut out: Option<&mut Vec<u8>>) -> Result<(), Stop> {
    blank(source).await?;
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut has_begun = false;
    while let Some(byte) = source.peek().await? {
        let ends_scalar = matches!(byte, b',' | b']' | b'}' | b':') || byte.is_ascii_whitespace();
        if depth == 0 && !in_text && ends_scalar {
            break;
        }
        source.next().await?;
        has_begun = true;
        if let Some(out) = &mut out {
            out.push(byte);
            check_length(source, out.len())?;
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth -= 1,
            _ => continue,
        }
        if depth == 0 && !in_text && matches!(byte, b'"' | b'}' | b']') {
            return Ok(());
        }
    }
    if !has_begun || 0 < depth || in_text {
        return Err(malformed(source));
    }
    Ok(())
}

fn malformed(source: &Source<'_>) -> Stop {
    source.failed("The object isn't valid JSON.")
}
