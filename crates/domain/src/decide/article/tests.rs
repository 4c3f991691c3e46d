//! Given, when, then: other values of a variant.

use crate::command::{Command, VariantEdit};
use crate::decide::Write;
use crate::event::FactKind;
use crate::id::VariantId;
use crate::refusal::{Field, Refusal, Thing};
use crate::world::*;

fn editing(edit: VariantEdit) -> Command {
    Command::EditVariant(SHIRT, edit)
}

#[test]
fn what_is_not_named_stays() {
    let mut world = World::new();
    let before = world.variants.iter().find(|variant| variant.id == SHIRT).unwrap().clone();
    let edit = VariantEdit {
        unit_cost: Some(Some(450)),
        tariff_code: Some(Some("620343".to_owned())),
        ..VariantEdit::default()
    };
    let decision = world.run(&merchant(), editing(edit.clone())).unwrap();
    assert_eq!(kinds(&decision), [FactKind::VariantUpdated]);
    let after = world.variants.iter().find(|variant| variant.id == SHIRT).unwrap();
    assert_eq!((after.unit_cost, after.origin.tariff_code.as_deref()), (Some(450), Some("620343")));
    assert_eq!((&after.sku, after.tracked, after.grams), (&before.sku, before.tracked, before.grams));
    let same = world.run(&merchant(), editing(edit)).unwrap();
    assert_eq!((same.events, same.writes), (vec![], vec![]), "nothing changed");
}

#[test]
fn what_nobody_counts_any_more_is_routed_at_once() {
    let mut world = World::new();
    let uncounted = VariantEdit { tracked: Some(false), ..VariantEdit::default() };
    let decision = world.run(&merchant(), editing(uncounted)).unwrap();
    assert!(decision.writes.contains(&Write::RouteWaiting));
}

#[test]
fn values_that_cannot_be_are_refused() {
    let mut world = World::new();
    let edit = VariantEdit::default;
    let text = |text: &str| Some(Some(text.to_owned()));
    for (wrong, field) in [
        (VariantEdit { unit_cost: Some(Some(-1)), ..edit() }, Field::UnitCost),
        (VariantEdit { grams: Some(-1), ..edit() }, Field::Weight),
        (VariantEdit { country_of_origin: text("ca"), ..edit() }, Field::CountryOfOrigin),
        (VariantEdit { tariff_code: text("12345"), ..edit() }, Field::TariffCode),
        (VariantEdit { tariff_code: text("12345x"), ..edit() }, Field::TariffCode),
    ] {
        let refused = world.refused(&merchant(), editing(wrong));
        assert!(matches!(refused, Refusal::Malformed(found, _) if found == field), "{refused:?}");
    }
    let nobody = VariantId(4);
    let unknown = Command::EditVariant(nobody, edit());
    assert_eq!(world.refused(&merchant(), unknown), Refusal::Unknown(Thing::Variant(nobody, 0)));
    assert!(matches!(world.refused(&limited("read_inventory"), editing(edit())), Refusal::NotPermitted(_)));
}
