//! What the demo shop sells, and where it lies.

use std::path::Path;

use domain::command::Command;
use domain::id::{LocationId, ServiceId, VariantId};
use domain::product::{Product, Variant, WhenOut};
use engine::Engine;

use super::courses;
use super::dice::Dice;
use super::places::Places;
use super::stage::Stage;
use crate::failure::Failure;

/// Where an article lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// At both of the merchant's locations.
    Both,
    /// In Berlin only.
    Berlin,
    /// In Chicago only.
    Chicago,
    /// With the fulfillment service, which alone may ship it.
    Nordic,
    /// Sold out.
    Nowhere,
    /// Nobody counts it.
    Uncounted,
    /// It isn't a thing.
    Digital,
}

/// Title, kind, vendor, price in minor units, grams, variants, where it lies.
type Row = (&'static str, &'static str, &'static str, i64, i64, &'static [&'static str], Kept);

const ONE: &[&str] = &["Default Title"];
const SIZES: &[&str] = &["S", "M", "L"];
const COLOURS: &[&str] = &["Blue", "Green", "Sand"];
const TWO: &[&str] = &["Small", "Large"];

const PRODUCTS: [Row; 40] = [
    ("Stoneware Mug", "Kitchen", "Harbour Goods", 1_450, 380, COLOURS, Kept::Both),
    ("Enamel Bowl", "Kitchen", "Harbour Goods", 1_250, 310, TWO, Kept::Both),
    ("Oak Chopping Board", "Kitchen", "Timber & Tide", 3_900, 1_450, TWO, Kept::Both),
    ("Linen Tea Towel", "Kitchen", "Loom Lane", 1_190, 120, COLOURS, Kept::Both),
    ("Pour-Over Kettle", "Kitchen", "Harbour Goods", 6_800, 980, ONE, Kept::Both),
    ("Cast Iron Pan", "Kitchen", "Foundry No. 4", 7_450, 2_600, TWO, Kept::Both),
    ("Bread Knife", "Kitchen", "Foundry No. 4", 4_200, 260, ONE, Kept::Both),
    ("Pepper Mill", "Kitchen", "Timber & Tide", 3_350, 420, ONE, Kept::Both),
    ("Glass Carafe", "Kitchen", "Harbour Goods", 2_700, 640, ONE, Kept::Both),
    ("Canvas Apron", "Kitchen", "Loom Lane", 3_600, 450, COLOURS, Kept::Both),
    ("Wool Blanket", "Home", "Loom Lane", 8_900, 1_350, COLOURS, Kept::Both),
    ("Beeswax Candle", "Home", "Meadow Works", 1_650, 330, TWO, Kept::Both),
    ("Reading Lamp", "Home", "Bright Side", 5_900, 1_100, ONE, Kept::Both),
    ("Wall Clock", "Home", "Bright Side", 4_950, 760, ONE, Kept::Both),
    ("Cotton Cushion", "Home", "Loom Lane", 2_950, 520, COLOURS, Kept::Both),
    ("Clay Planter", "Garden", "Meadow Works", 2_150, 1_200, TWO, Kept::Both),
    ("Garden Trowel", "Garden", "Foundry No. 4", 1_850, 290, ONE, Kept::Both),
    ("Watering Can", "Garden", "Meadow Works", 3_250, 870, ONE, Kept::Both),
    ("Field Notebook", "Paper", "Plain Press", 990, 140, COLOURS, Kept::Both),
    ("Fountain Pen", "Paper", "Plain Press", 4_400, 60, ONE, Kept::Both),
    ("Desk Calendar", "Paper", "Plain Press", 1_550, 310, ONE, Kept::Both),
    ("Rain Jacket", "Clothing", "North Pier", 12_900, 620, SIZES, Kept::Both),
    ("Merino Jumper", "Clothing", "North Pier", 9_800, 410, SIZES, Kept::Both),
    ("Cotton Socks", "Clothing", "North Pier", 1_200, 90, SIZES, Kept::Both),
    ("Copper Teapot", "Kitchen", "Foundry No. 4", 8_200, 1_150, ONE, Kept::Berlin),
    ("Black Forest Honey", "Pantry", "Meadow Works", 1_290, 620, ONE, Kept::Berlin),
    ("Cork Yoga Block", "Sport", "Timber & Tide", 1_990, 540, ONE, Kept::Chicago),
    ("Maple Syrup", "Pantry", "Meadow Works", 1_790, 710, TWO, Kept::Chicago),
    ("Trail Backpack", "Outdoor", "Fjell", 11_900, 1_050, COLOURS, Kept::Nordic),
    ("Camping Stove", "Outdoor", "Fjell", 6_400, 480, ONE, Kept::Nordic),
    ("Down Sleeping Bag", "Outdoor", "Fjell", 18_900, 1_240, TWO, Kept::Nordic),
    ("Steel Bottle", "Outdoor", "Fjell", 2_800, 330, COLOURS, Kept::Nordic),
    ("Head Torch", "Outdoor", "Fjell", 3_700, 110, ONE, Kept::Nordic),
    ("Trekking Poles", "Outdoor", "Fjell", 7_900, 520, ONE, Kept::Nordic),
    ("Brass Desk Bell", "Paper", "Foundry No. 4", 2_450, 230, ONE, Kept::Nowhere),
    ("Winter Wreath", "Home", "Meadow Works", 3_850, 680, ONE, Kept::Nowhere),
    ("Engraved Name Plate", "Home", "Foundry No. 4", 2_900, 150, ONE, Kept::Uncounted),
    ("Tailored Curtain", "Home", "Loom Lane", 10_500, 1_900, TWO, Kept::Uncounted),
    ("Sewing Pattern (PDF)", "Digital", "Loom Lane", 800, 0, ONE, Kept::Digital),
    ("Cookery Course (Video)", "Digital", "Harbour Goods", 4_900, 0, ONE, Kept::Digital),
];

/// The article that gives access to a course.
const TAUGHT: &str = "Cookery Course (Video)";

/// An article of the demo shop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Article {
    pub(super) variant: VariantId,
    pub(super) price: i64,
    pub(super) kept: Kept,
    /// Whether whoever pays for it is taught something.
    pub(super) teaches: bool,
}

/// Makes the products with their stock.
pub(super) async fn make(
    engine: &Engine,
    stage: &Stage<'_>,
    places: &Places,
    files: &Path,
    dice: &mut Dice,
) -> Result<Vec<Article>, Failure> {
    let mut articles = Vec::new();
    let mut stock: Vec<(VariantId, LocationId, i64)> = Vec::new();
    let lessons = courses::make(engine, stage, files).await?;
    for (number, row) in PRODUCTS.iter().enumerate() {
        let (title, kind, vendor, price, grams, options, kept) = *row;
        let now = engine.now();
        let product = Product {
            id: engine.ids().fresh().await?,
            title: title.to_owned(),
            handle: handle(title),
            vendor: vendor.to_owned(),
            kind: kind.to_owned(),
            tags: Vec::new(),
            status: Default::default(),
            gift_card: false,
            image: None,
            custom_fields: Vec::new(),
            details: Default::default(),
            created_at: now,
            updated_at: now,
        };
        let mut variants = Vec::new();
        for (place, option) in options.iter().enumerate() {
            let code = number * 10 + place;
            let variant = Variant {
                id: engine.ids().fresh().await?,
                product: product.id,
                product_title: title.to_owned(),
                title: (*option).to_owned(),
                sku: Some(format!("CD-{}", 1_000 + code)),
                barcode: Some(gtin13(code)),
                price: price + 200 * i64::try_from(place).unwrap_or(0) * i64::from(options == TWO),
                vendor: Some(vendor.to_owned()),
                requires_shipping: kept != Kept::Digital,
                requires_fulfillment: title != TAUGHT,
                gives: if title == TAUGHT { lessons.clone() } else { Vec::new() },
                grams,
                unit_cost: None,
                origin: Default::default(),
                taxable: true,
                tracked: !matches!(kept, Kept::Digital | Kept::Uncounted),
                when_out: WhenOut::Wait,
                pinned_to: pinned(kept, places.nordic),
                custom_fields: Vec::new(),
                details: Default::default(),
                created_at: now,
                updated_at: now,
            };
            let teaches = title == TAUGHT;
            articles.push(Article { variant: variant.id, price: variant.price, kept, teaches });
            stock.extend(lies_at(kept, places).iter().map(|at| (variant.id, *at, dice.between(20, 500))));
            variants.push(variant);
        }
        stage.act(&Command::SaveProduct(product, variants)).await?;
    }
    stage.act(&Command::correct_stock(stock)).await?;
    Ok(articles)
}

fn pinned(kept: Kept, nordic: ServiceId) -> Option<ServiceId> {
    (kept == Kept::Nordic).then_some(nordic)
}

fn lies_at(kept: Kept, places: &Places) -> Vec<LocationId> {
    match kept {
        Kept::Both => vec![places.berlin, places.chicago],
        Kept::Berlin => vec![places.berlin],
        Kept::Chicago => vec![places.chicago],
        Kept::Nordic => vec![places.malmo],
        Kept::Nowhere | Kept::Uncounted | Kept::Digital => Vec::new(),
    }
}

/// A title as an identifier.
fn handle(title: &str) -> String {
    let dashed: String =
        title.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    dashed.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// A bar code of the range that is nobody's: it begins with 2, for use within a shop.
fn gtin13(code: usize) -> String {
    let digits = format!("20{:010}", 4_700_000 + code);
    let weighted = digits.bytes().rev().zip([3, 1].iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_codes_have_right_check_digits() {
        for code in 0..400 {
            let gtin = gtin13(code);
            let weights = [1, 3].iter().cycle();
            let sum: u32 =
                gtin.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
            assert_eq!((gtin.len(), sum % 10), (13, 0), "{gtin}");
        }
    }

    #[test]
    fn handles_are_identifiers() {
        assert_eq!(handle("Sewing Pattern (PDF)"), "sewing-pattern-pdf");
        let mut handles: Vec<String> = PRODUCTS.iter().map(|row| handle(row.0)).collect();
        handles.sort();
        handles.dedup();
        assert_eq!(handles.len(), PRODUCTS.len());
    }
}
