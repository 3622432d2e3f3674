//! What serde says of a value, in words for people: it speaks of Rust's types.

/// `invalid type: string "abc", expected f64` becomes `` `abc` is not a number ``; what is not of that form stays.
pub fn plain(message: &str) -> String {
    let kinds = ["invalid type: ", "invalid value: ", "unknown variant "];
    let about = kinds.iter().find_map(|kind| message.strip_prefix(kind));
    let Some((found, expected)) = about.and_then(|about| about.split_once(", expected ")) else {
        return message.into();
    };
    let wanted = match expected {
        "f32" | "f64" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number of 0 or more",
        "a sequence" => "a list",
        other if other.starts_with("struct ") => "an object with its fields",
        other => other,
    };
    if found == "string \"\"" {
        return format!("is empty, but {wanted} is needed");
    }
    if found == "map" {
        return format!("an object is not {wanted}");
    }
    let types = ["string ", "floating point ", "integer ", "boolean "];
    let value = types.iter().find_map(|kind| found.strip_prefix(kind)).unwrap_or(found);
    format!("`{}` is not {wanted}", value.trim_matches(['`', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_rust_become_words() {
        for (said, plainly) in [
            (r#"invalid type: string "abc", expected f64"#, "`abc` is not a number"),
            (r#"invalid type: string "", expected f64"#, "is empty, but a number is needed"),
            ("invalid type: floating point `1.5`, expected u32", "`1.5` is not a whole number from 0 to 4294967295"),
            ("invalid value: integer `-1`, expected u8", "`-1` is not a whole number from 0 to 255"),
            (r#"invalid type: string "[[x]]", expected a sequence"#, "`[[x]]` is not a list"),
            ("invalid type: map, expected a sequence", "an object is not a list"),
            ("unknown variant `foo`, expected `cpu` or `gpu`", "`foo` is not `cpu` or `gpu`"),
            ("unknown variant `foo`, expected one of `a`, `b`, `c`", "`foo` is not one of `a`, `b`, `c`"),
            ("invalid type: integer `1`, expected struct Action", "`1` is not an object with its fields"),
            ("missing field `seed`", "missing field `seed`"),
        ] {
            assert_eq!(plain(said), plainly);
        }
    }

    #[test]
    fn a_spec_with_a_wrong_value_is_refused_in_words() {
        let spec = &crate::spec::preset("quick-mnist-src").expect("the preset").spec;
        let error = crate::spec::set(spec, &[("sleep.leak", "abc")]).expect_err("no number");
        assert_eq!(error.to_string(), "sleep.leak: `abc` is not a number");
    }
}
