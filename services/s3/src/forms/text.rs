//! A form as it was sent: its fields, and its file. It is written anew for `s3s`, so that what was looked at here is what
//! is read there.

use bytes::Bytes;
use memchr::memmem;

/// Fields by which a form says who has signed it, and what; they are looked at here alone.
const LOOKED_AT: [&str; 3] = ["policy", "signature", "x-amz-signature"];
/// Fields behind the file are none.
const FILE: &str = "file";
/// Stands for the name of the file in every field.
const FILE_NAME: &str = "${filename}";
/// All that stands before the file.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>
const FIELDS_BYTES_MAX: usize = 20 * 1024;
/// The file is handed on in pieces of that size: `s3s` takes no longer one behind what may begin a delimiter.
const PIECE_BYTES: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct FormText {
    /// Names in small letters, as S3 reads them, each once, with values.
    pub(super) fields: Vec<(String, String)>,
    file_name: String,
    pub(super) file: Bytes,
}

/// Why something isn't read as a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    Malformed,
    /// What stands before the file is too much.
    TooLong,
}

impl FormText {
    pub(super) fn parse(form: &Bytes, boundary: &str) -> Result<Self, Unfit> {
        let delimiter = format!("\r\n--{boundary}");
        let first = form.strip_prefix(b"\r\n").unwrap_or(form);
        let first = first.strip_prefix(&delimiter.as_bytes()[2..]).ok_or(Unfit::Malformed)?;
        let mut rest = form.slice_ref(first.strip_prefix(b"\r\n").ok_or(Unfit::Malformed)?);
        let mut fields: Vec<(String, String)> = Vec::new();
        loop {
            let before = form.len() - rest.len();
            let head = &rest[..rest.len().min(FIELDS_BYTES_MAX.saturating_sub(before))];
            let length = memmem::find(head, b"\r\n\r\n").ok_or(match head.len() < rest.len() {
                true => Unfit::TooLong,
                false => Unfit::Malformed,
            })?;
            let head = std::str::from_utf8(&head[..length]).map_err(|_| Unfit::Malformed)?;
            let name = parameter(head, "name").filter(|name| is_name(name));
            let name = name.ok_or(Unfit::Malformed)?.to_ascii_lowercase();
            let value = rest.slice(length + 4..);
            let end = end_of_part(&value, &delimiter).ok_or(Unfit::Malformed)?;
            if name == FILE {
                let file_name = parameter(head, "filename").unwrap_or_default().to_owned();
                return Ok(FormText { fields, file_name, file: value.slice(..end) });
            }
            let text = std::str::from_utf8(&value[..end]).map_err(|_| Unfit::Malformed)?;
            let is_last = !value[end + delimiter.len()..].starts_with(b"\r\n");
            if is_last || fields.iter().any(|(other, _)| *other == name) {
                return Err(Unfit::Malformed);
            }
            fields.push((name, text.to_owned()));
            rest = value.slice(end + delimiter.len() + 2..);
        }
    }

    /// Puts the name of the file, without its folders, where fields ask for it.
    pub(super) fn name_the_file(&mut self) -> Result<(), Unfit> {
        let name = self.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        if name.contains(FILE_NAME) {
            return Err(Unfit::Malformed);
        }
        let named = self.fields.iter().map(|(_, value)| value.matches(FILE_NAME).count());
        if FIELDS_BYTES_MAX < named.sum::<usize>() * name.len() {
            return Err(Unfit::TooLong);
        }
        for (_, value) in &mut self.fields {
            *value = value.replace(FILE_NAME, name);
        }
        Ok(())
    }

    /// The form as bytes, for who needn't look at its signature. Whoever has sent it must not know the boundary.
    pub(super) fn without_signature(&self, boundary: &str) -> Vec<Bytes> {
        let mut head = String::new();
        let fields = self.fields.iter().filter(|(name, _)| !LOOKED_AT.contains(&&**name));
        let file = (FILE, "");
        for (name, value) in fields.map(|(name, value)| (&**name, &**value)).chain([file]) {
            let end = if name == FILE { "" } else { "\r\n" };
            head += &format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}{end}"
            );
        }
        let pieces = self.file.chunks(PIECE_BYTES).map(|piece| self.file.slice_ref(piece));
        let end = Bytes::from(format!("\r\n--{boundary}--\r\n"));
        [Bytes::from(head)].into_iter().chain(pieces).chain([end]).collect()
    }
}

/// Where the delimiter stands that ends a part: a line of its own.
fn end_of_part(value: &[u8], delimiter: &str) -> Option<usize> {
    memmem::find_iter(value, delimiter).find(|at| {
        let behind = &value[at + delimiter.len()..];
        behind.starts_with(b"\r\n") || behind.starts_with(b"--")
    })
}

/// Whether that can be written between quotes as it is.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
}

/// A parameter of a part's `Content-Disposition`.
fn parameter<'h>(head: &'h str, wanted: &str) -> Option<&'h str> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, disposition) =
        lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
    let mut rest = disposition.split_once(';')?.1;
    loop {
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (value, behind) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim_end());
        }
        rest = behind.split_once(';')?.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(form: &str) -> Result<FormText, Unfit> {
        FormText::parse(&Bytes::copy_from_slice(form.as_bytes()), "edge")
    }

    fn field(name: &str, value: &str) -> String {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    fn file(name: &str, content: &str) -> String {
        format!(
            "--edge\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; filename=\"{name}\"; name=\"file\"\r\n\r\n{content}\r\n--edge--\r\n"
        )
    }

    #[test]
    fn a_form_is_written_anew_without_its_signature() {
        let form = field("Key", "up/${filename}")
            + &field("X-Amz-Signature", "abc")
            + &field("policy", "e30=")
            + &file("C:\\a\\b c.txt; name=key", "name=\"signature\"\r\n--edgeless\r\n");
        let mut form = parse(&form).expect("is a form");
        form.name_the_file().expect("is short");
        let fields =
            [("key", "up/b c.txt; name=key"), ("x-amz-signature", "abc"), ("policy", "e30=")];
        assert_eq!(form.fields, fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let expected = "--other\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nup/b c.txt; name=key\r\n\
            --other\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\
            name=\"signature\"\r\n--edgeless\r\n\r\n--other--\r\n";
        assert_eq!(form.without_signature("other").concat(), expected.as_bytes());
    }

    #[test]
    fn what_looks_like_a_part_inside_of_a_value_is_text() {
        let smuggled = "--edge\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\nx";
        let form = parse(&(field("x-ignore-a", smuggled) + &file("a", ""))).expect("is a form");
        let expected = [("x-ignore-a".to_owned(), smuggled.to_owned())];
        assert_eq!(form.fields, expected, "it isn't on a line of its own");
        let edge = parse(&(field("a", "1\r\n--edgeXX") + &file("a", ""))).expect("is a form");
        assert_eq!(edge.fields, [("a".to_owned(), "1\r\n--edgeXX".to_owned())]);
        let mut edge = parse(&(field("a", "1\r\n--edg${filename}\r\n2") + &file("e", ""))).unwrap();
        edge.name_the_file().expect("is short");
        assert_eq!(edge.fields, [("a".to_owned(), "1\r\n--edge\r\n2".to_owned())]);
    }

    #[test]
    fn what_stands_before_the_file_is_bounded() {
        let long = "x".repeat(FIELDS_BYTES_MAX);
        assert_eq!(parse(&(field("a", &long) + &file("a", ""))).unwrap_err(), Unfit::TooLong);
        let form = field("a", &FILE_NAME.repeat(100)) + &file(&"n".repeat(1000), "");
        assert_eq!(parse(&form).expect("is a form").name_the_file(), Err(Unfit::TooLong));
        let itself = parse(&(field("a", FILE_NAME) + &file(FILE_NAME, ""))).expect("is a form");
        let mut itself = itself;
        assert_eq!(itself.name_the_file(), Err(Unfit::Malformed));
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for form in [
            String::new(),
            "--edge--\r\n".to_owned(),
            field("a", "b") + "--edge--\r\n",
            field("a", "b") + &field("A", "c") + &file("a", ""),
            field("a\\b", "b") + &file("a", ""),
            file("a", "").replace("--edge--", "--edgy--"),
        ] {
            assert_eq!(parse(&form).unwrap_err(), Unfit::Malformed, "{form}");
        }
    }
}
