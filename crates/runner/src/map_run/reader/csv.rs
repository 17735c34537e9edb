//! Rows of delimited text: objects of texts, by the names in the header.

use std::sync::Arc;

use json::{Object, Value};

use super::intake::Intake;
use super::{check_length, text};
use crate::map_run::objects::{Source, Stop};

/// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>: "headers of up to 10 KiB".
const HEADER_BYTES_MAX: usize = 10 * 1024;

/// The names of the columns.
pub(super) struct Header {
    names: Vec<Arc<str>>,
    /// The places of the columns in the order in which an item shows them.
    order: Vec<usize>,
}

/// `CSVDelimiter`.
pub(super) fn delimiter(name: Option<&str>) -> u8 {
    match name {
        Some("PIPE") => b'|',
        Some("SEMICOLON") => b';',
        Some("SPACE") => b' ',
        Some("TAB") => b'\t',
        _ => b',',
    }
}

impl Header {
    pub(super) fn new(names: Vec<Arc<str>>, source: &Source<'_>) -> Result<Self, Stop> {
        let mut sorted = names.clone();
        sorted.sort();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            // Recorded: csv_headers_decl_duplicate_headers.
            return Err(source.failed("CSV headers cannot contain duplicates."));
        }
        if HEADER_BYTES_MAX < names.iter().map(|name| name.len() + 1).sum() {
            return Err(
                source.failed(format!("The CSV header is longer than {HEADER_BYTES_MAX} bytes."))
            );
        }
        Ok(Header { order: hashed_order(&names), names })
    }

    /// Columns without a name are left out, those without a value are empty (recorded: csv_first_row_extra_fields).
    fn item(&self, mut row: Vec<String>) -> Value {
        row.resize(self.names.len().max(row.len()), String::new());
        let mut item = Object::with_capacity(self.names.len());
        for place in &self.order {
            item.insert(Arc::clone(&self.names[*place]), std::mem::take(&mut row[*place]));
        }
        item.into()
    }
}

/// An item is a Java `HashMap` at AWS: its members are in the order of their buckets (recorded:
/// csv_headers_first_row_typed_headers, csv_first_row_extra_fields).
fn hashed_order(names: &[Arc<str>]) -> Vec<usize> {
    let mut buckets = 16;
    while buckets * 3 / 4 < names.len() {
        buckets *= 2;
    }
    let bucket = |name: &str| {
        let hash = name
            .encode_utf16()
            .fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
        (hash ^ hash >> 16) as usize & (buckets - 1)
    };
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|place| bucket(&names[*place]));
    order
}

/// Reads all rows; without a header, the first row is one. Whether more items are wanted.
pub(super) async fn read(
    source: &mut Source<'_>,
    header: Option<Header>,
    delimiter: u8,
    intake: &mut Intake<'_>,
) -> Result<bool, Stop> {
    let header = match (header, delimiter) {
        (Some(header), _) => header,
        (None, delimiter) => match row(source, delimiter).await? {
            Some(names) => Header::new(names.into_iter().map(Arc::from).collect(), source)?,
            None => return Ok(true),
        },
    };
    while let Some(row) = row(source, delimiter).await? {
        if !intake.push(None, header.item(row)).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The next row that isn't empty. A field may stand in quotes, and quotes in it are doubled (RFC 4180).
async fn row(source: &mut Source<'_>, delimiter: u8) -> Result<Option<Vec<String>>, Stop> {
    while let Some(b'\r' | b'\n') = source.peek().await? {
        source.next().await?;
    }
    if source.peek().await?.is_none() {
        return Ok(None);
    }
    let (mut fields, mut field) = (Vec::new(), Vec::new());
    let (mut bytes, mut is_quoted) = (0, false);
    while let Some(byte) = source.next().await? {
        bytes += 1;
        check_length(source, bytes)?;
        match byte {
            b'"' if is_quoted => {
                if source.peek().await? == Some(b'"') {
                    source.next().await?;
                    field.push(b'"');
                } else {
                    is_quoted = false;
                }
            }
            _ if is_quoted => field.push(byte),
            b'"' if field.is_empty() => is_quoted = true,
            b'\r' | b'\n' => break,
            _ if byte == delimiter => fields.push(text(source, std::mem::take(&mut field))?),
            _ => field.push(byte),
        }
    }
    fields.push(text(source, field)?);
    Ok(Some(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_in_the_order_of_javas_buckets() {
        let order = |names: &[&str]| {
            let names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(*name)).collect();
            hashed_order(&names)
        };
        assert_eq!(order(&["0", "True", "{}"]), [0, 2, 1]);
        assert_eq!(order(&["H1", ""]), [1, 0]);
        assert_eq!(order(&["Col1", "Col2", "Col3"]), [0, 1, 2]);
    }
}
