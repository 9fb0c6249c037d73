//! Writing XML, and finding one's way in it.

use roxmltree::Node;

use super::Wrong;

/// A text as an attribute or the inside of an element. Characters that XML has no form for become spaces.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            c if (c as u32) < 0x20 => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The whole document.
pub(super) fn parsed(text: &str) -> Result<roxmltree::Document<'_>, Wrong> {
    roxmltree::Document::parse(text).map_err(|error| Wrong::new(format!("not XML: {error}")))
}

/// An attribute that must be there.
pub(super) fn need<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, Wrong> {
    node.attribute(name).ok_or_else(|| {
        let line = node.document().text_pos_at(node.range().start).row;
        let tag = node.tag_name().name();
        Wrong::new(format!("line {line}: {tag} has no {name}"))
    })
}

/// A number in an attribute that must be there.
pub(super) fn number<T: std::str::FromStr>(node: Node<'_, '_>, name: &str) -> Result<T, Wrong> {
    let text = need(node, name)?;
    text.trim().parse().map_err(|_| {
        let line = node.document().text_pos_at(node.range().start).row;
        Wrong::new(format!("line {line}: {name} is no number: {text}"))
    })
}

/// The elements of a name right inside another.
pub(super) fn children<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(move |child| child.has_tag_name(name))
}

/// All text inside an element.
pub(super) fn words(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    texts.filter_map(|node| node.text()).collect()
}
