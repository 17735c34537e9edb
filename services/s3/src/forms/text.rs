//! A form as text: its fields, and where its file begins.

/// The fields by which a form says who has signed it.
const SIGNATURES: [&str; 2] = ["x-amz-signature", "signature"];
/// What a field is called that S3 doesn't look at.
const IGNORED: &str = "x-ignore-signature";
/// Fields behind the file are none.
const FILE: &str = "file";
/// Stands for the name of the file in every field.
const FILE_NAME: &str = "${filename}";

pub(super) struct FormText<'f> {
    /// Names in small letters, as S3 reads them, with values.
    pub(super) fields: Vec<(String, String)>,
    file_name: &'f str,
    /// The file's part and what is behind it.
    rest: &'f [u8],
}

impl<'f> FormText<'f> {
    pub(super) fn parse(form: &'f [u8], boundary: &str) -> Option<Self> {
        let delimiter = format!("--{boundary}");
        let end = format!("\r\n{delimiter}");
        let mut fields = Vec::new();
        let mut rest = &form[place(form, delimiter.as_bytes())?..];
        loop {
            let part = rest.get(delimiter.len() + 2..)?;
            let length = place(part, b"\r\n\r\n")?;
            let head = std::str::from_utf8(&part[..length]).ok()?;
            let name = parameter(head, "name")?.to_ascii_lowercase();
            if name == FILE {
                let file_name = parameter(head, "filename").unwrap_or_default();
                return Some(FormText { fields, file_name, rest });
            }
            let value = &part[length + 4..];
            let length = place(value, end.as_bytes())?;
            fields.push((name, std::str::from_utf8(&value[..length]).ok()?.to_owned()));
            rest = &value[length + 2..];
        }
    }

    /// Puts the name of the file, without its folders, where fields ask for it.
    pub(super) fn name_the_file(&mut self) {
        let name = self.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        for (_, value) in &mut self.fields {
            if value.contains(FILE_NAME) {
                *value = value.replace(FILE_NAME, name);
            }
        }
    }

    /// The form as bytes, for who needn't look at its signature.
    pub(super) fn without_signature(&self, boundary: &str) -> Vec<u8> {
        let mut form = Vec::with_capacity(self.rest.len() + 1024 * self.fields.len());
        for (name, value) in &self.fields {
            let name = if SIGNATURES.contains(&&**name) { IGNORED } else { name };
            let field = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            form.extend_from_slice(field.as_bytes());
        }
        form.extend_from_slice(self.rest);
        form
    }
}

/// A parameter of a part's `Content-Disposition`.
fn parameter<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let wanted = format!("{name}=");
    let is_whole = |at: usize| head[..at].ends_with([' ', ';', '\t']);
    let (at, _) = head.match_indices(&wanted).find(|(at, _)| is_whole(*at))?;
    let value = &head[at + wanted.len()..];
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split([';', '\r']).next().map(str::trim),
    }
}

fn place(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "--edge\r\nContent-Disposition: form-data; name=\"Key\"\r\n\r\nup/${filename}\r\n\
        --edge\r\nContent-Disposition: form-data; name=\"X-Amz-Signature\"\r\n\r\nabc\r\n\
        --edge\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; filename=\"C:\\a\\b c.txt\"; name=\"file\"\r\n\r\n\
        name=\"signature\"\r\n--edge--\r\n";

    #[test]
    fn the_signature_of_a_form_is_put_aside_and_its_file_is_left_alone() {
        let mut form = FormText::parse(FORM.as_bytes(), "edge").expect("is a form");
        form.name_the_file();
        let fields = [("key", "up/b c.txt"), ("x-amz-signature", "abc")];
        assert_eq!(form.fields, fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let expected = FORM
            .replace("Key", "key")
            .replace("${filename}", "b c.txt")
            .replace("X-Amz-Signature", "x-ignore-signature");
        assert_eq!(String::from_utf8(form.without_signature("edge")), Ok(expected));
    }

    #[test]
    fn what_ends_without_a_file_is_no_form() {
        for form in [
            "",
            "--edge--\r\n",
            "--edge\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--edge--\r\n",
        ] {
            assert!(FormText::parse(form.as_bytes(), "edge").is_none(), "{form}");
        }
    }
}
