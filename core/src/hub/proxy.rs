//! Which proxy the environment asks for.

/// The proxy for a host, as `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (in capitals or not) say. Networks
/// in `NO_PROXY` (`10.0.0.0/8`) are not understood: names, endings and single addresses are.
pub fn proxy_for(
    scheme: &str,
    host: &str,
    port: u16,
    env: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let var = |name: &str| {
        [name.to_lowercase(), name.to_uppercase()]
            .iter()
            .find_map(|name| env(name).filter(|value| !value.trim().is_empty()))
    };
    let exempt = var("no_proxy").is_some_and(|list| {
        let rules = list.split([',', ' ']).map(str::trim);
        rules
            .filter(|rule| !rule.is_empty())
            .any(|rule| matches(rule, host, port))
    });
    if exempt {
        return None;
    }
    var(&format!("{scheme}_proxy"))
        .or_else(|| var("all_proxy"))
        .map(|proxy| proxy.trim().to_owned())
}

/// `*`, `example.org` and everything under it, `.example.org`, `*.example.org`, each also with a port.
fn matches(rule: &str, host: &str, port: u16) -> bool {
    let (name, only) = match rule.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') => match digits.parse::<u16>() {
            Ok(number) => (name, Some(number)),
            Err(_) => (rule, None),
        },
        _ => (rule, None),
    };
    let name = name.trim_start_matches('*').trim_start_matches('.');
    let name = name.trim_matches(['[', ']']).to_lowercase();
    let host = host.trim_matches(['[', ']']).to_lowercase();
    let under = host
        .strip_suffix(&name)
        .is_some_and(|left| left.is_empty() || left.ends_with('.'));
    only.is_none_or(|only| only == port) && (rule == "*" || (!name.is_empty() && under))
}
