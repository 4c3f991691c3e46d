//! Templates, as they are filled in.

use super::*;

fn changed(subject: &str, text: &str, html: &str) -> Template {
    Template { subject: subject.into(), text: text.into(), html: html.into() }
}

#[test]
fn every_mail_has_a_template_that_says_what_matters() {
    for (kind, must) in [
        (
            MailKind::OrderPaid,
            &["Thank you, Jane", "#1001", "Mug", "24.00 USD", "47.08 USD", "1 Main Street"][..],
        ),
        (MailKind::AccessGranted, &["Pottery for Beginners", "https://shop.example/courses/pottery"]),
        (
            MailKind::Shipped,
            &["#1001", "1Z999AA10123456784", "https://carrier.example/1Z999AA10123456784", "UPS"],
        ),
        (MailKind::PaymentFailed, &["29.00 USD", "1001-2", "5 March 2026"]),
    ] {
        let letter = Template::built_in(kind.as_str()).unwrap().preview().unwrap();
        assert!(letter.subject.starts_with("Example Shop: "), "{}", letter.subject);
        for word in must {
            assert!(letter.text.contains(word), "{word} is not in\n{}", letter.text);
            let html = letter.html.replace("&#x2f;", "/");
            assert!(html.contains(word), "{word} is not in\n{html}");
        }
        assert!(!letter.text.contains('<') && !letter.text.contains("\n\n\n"), "{}", letter.text);
        assert!(letter.html.contains("<html lang=\"en\">") && letter.html.contains("<h1>"));
    }
    assert_eq!(Template::built_in("receipt"), None);
}

#[test]
fn what_is_not_there_is_told_with_its_part_and_line() {
    for (template, part, why) in [
        (changed("{{ order.nmae }}", "", ""), "subject", "`order.nmae` is undefined (line 1)"),
        (changed("", "Hello\n{{ ordr.name }}", ""), "text", "`ordr` is undefined (line 2)"),
        (
            changed("", "", "<p>{% if order %}</p>"),
            "html",
            "unexpected end of input, expected end of block (line 1)",
        ),
        (changed("", "{{ order.name|shout }}", ""), "text", "filter shout is unknown (line 1)"),
        (
            changed("", "{% extends 'secret.html' %}", ""),
            "text",
            "template \"secret.html\" does not exist (line 1)",
        ),
    ] {
        let broken = template.preview().unwrap_err();
        assert_eq!((broken.part, broken.why.as_str()), (part, why));
    }
}

#[test]
fn values_are_escaped_in_html_and_subjects_are_one_line() {
    let view = serde_json::json!({ "name": "<b>&\r\nBcc: me@example.com" });
    let letter = changed("{{ name }}", "{{ name }}", "{{ name }}").fill(&view).unwrap();
    assert_eq!(letter.subject, "<b>& Bcc: me@example.com");
    assert!(letter.html.starts_with("&lt;b&gt;&amp;"), "{}", letter.html);
    assert!(letter.text.starts_with("<b>&"));
}

#[test]
fn a_template_does_not_run_for_ever() {
    let endless = "{% for a in range(10000) %}{% for b in range(10000) %}{{ a }}{% endfor %}{% endfor %}";
    let broken = changed("", endless, "").preview().unwrap_err();
    assert_eq!(broken.part, "text");
}
