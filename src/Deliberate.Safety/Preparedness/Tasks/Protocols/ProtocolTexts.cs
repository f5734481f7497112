namespace Deliberate.Safety;

/// <summary>The protocols: six that gates draw from, two for development. To add one: its steps, and slips whose right value no other step has.</summary>
internal static class ProtocolTexts
{
    public static IReadOnlyList<Protocol> Test { get; } =
    [
        new("bread", "White bread with yeast",
            ["Dissolve {7} g of dry yeast in {300} ml of water of 30 °C and wait 5 minutes.", "Mix {500} g of flour with {10} g of salt in a bowl.", "Pour the water into the bowl and knead for 10 minutes, until the dough is smooth.", "Cover it and let it rise at room temperature for 60 minutes.", "Shape it, and let it rise again for 30 minutes.", "Heat the oven to 230 °C.", "Cut the top and bake for 35 minutes.", "Let it cool on a rack before cutting it."],
            [
                new(1, "Dissolve {7} g of dry yeast in {300} ml of water of 75 °C and wait 5 minutes.", "The dough did not rise at all, and smelled of nothing.", "30"),
                new(2, "Mix {500} g of flour with {100} g of salt in a bowl.", "The dough hardly rose, and the bread could not be eaten for its taste.", "{10} g", "{10}g", "{10} grams"),
                new(4, "Cover it and let it rise at room temperature for 6 minutes.", "The loaf was small and dense; kneading had been fine and the yeast was alive.", "60"),
                new(6, "Heat the oven to 80 °C.", "After baking the loaf was pale and wet inside.", "230"),
                new(7, "Cut the top and bake for 5 minutes.", "The crust was soft and the inside raw dough, though the oven was hot.", "35"),
            ]),
        new("yoghurt", "Yoghurt of fresh milk",
            ["Heat {1000} ml of milk to 85 °C and keep it there for 10 minutes.", "Let it cool to 43 °C.", "Stir {30} g of live yoghurt into a cup of the milk, and the cup into the rest.", "Pour it into clean jars.", "Keep the jars at 42 °C for 8 hours without moving them.", "Put them in the refrigerator at 5 °C overnight.", "Taste, and keep {30} g for the next batch."],
            [
                new(1, "Heat {1000} ml of milk to 35 °C and keep it there for 10 minutes.", "The yoghurt set weakly and a sour foreign smell grew in it: other germs had survived in the milk.", "85"),
                new(2, "Let it cool to 75 °C.", "The jars held sour-free liquid milk after eight hours at the right warmth; no culture was alive.", "43"),
                new(3, "Stir {30} g of pasteurised dessert without live cultures into a cup of the milk, and the cup into the rest.", "Nothing set, though warmth and time were right.", "live yoghurt", "live yogurt", "live culture"),
                new(5, "Keep the jars at 42 °C for 1 hour without moving them.", "The milk was warm and barely thicker when it went to the refrigerator.", "8 h", "eight h", "8h"),
            ]),
        new("jam", "Strawberry jam",
            ["Wash and cut {1000} g of strawberries.", "Stir in {500} g of gelling sugar (2 parts fruit to 1 part sugar) and wait 2 hours.", "Boil the jars and lids for 10 minutes.", "Bring the fruit to a rolling boil.", "Boil it for 4 minutes, stirring.", "Put a drop on a cold plate: it should set within a minute.", "Fill the hot jam into the hot jars up to the brim and close them at once.", "Let the jars cool and keep them in the dark."],
            [
                new(2, "Stir in {50} g of gelling sugar (2 parts fruit to 1 part sugar) and wait 2 hours.", "The jam stayed a thin sauce, tasted sour, and spoiled in weeks.", "{500} g", "{500}g", "{500} grams"),
                new(3, "Rinse the jars and lids with cold water.", "Mould grew in every closed jar, though the jam had set.", "boil"),
                new(5, "Boil it for 4 seconds, stirring.", "The jam did not set although there was sugar enough.", "4 min", "four min", "4min"),
                new(7, "Let the jam get cold for a day, then fill it into the jars and lay the lids on loosely.", "The jars had drawn no vacuum, and mould began under the lids.", "hot"),
            ]),
        new("glue-up", "Gluing a table top of boards",
            ["Plane the edges of {6} boards until pairs of them show no light between.", "Lay the boards in order, with their growth rings turned alternately.", "Lay out {4} clamps and scraps of wood to protect the edges.", "Put wood glue on both edges of every joint.", "Tighten the clamps within 5 minutes, until a thin line of glue comes out.", "Scrape the glue off when it is like rubber, after 30 minutes.", "Leave the clamps on for 12 hours at 20 °C.", "Plane and sand the top, and oil it."],
            [
                new(1, "Break the edges of {6} boards round with sandpaper.", "There were gaps along the joints, and they opened under a light load though glue and clamps were right.", "plane"),
                new(4, "Put linseed oil on both edges of every joint.", "The boards fell apart as soon as the clamps were off.", "glue"),
                new(5, "Tighten the clamps after 90 minutes, until a thin line of glue comes out.", "Nothing came out of the joints under the clamps, the glue had a skin, and the joints broke along it.", "5 min", "five min", "5min"),
                new(7, "Leave the clamps on for 12 minutes at 20 °C.", "The joints slid and opened the same afternoon.", "12 h", "twelve h", "12h"),
            ]),
        new("soldering", "Soldering wires to a board",
            ["Set the iron to 350 °C and wait until it is hot.", "Clean the tip on the wet sponge and tin it.", "Strip {5} mm of each of the wires and twist the strands.", "Clean the pads with alcohol and put flux on them.", "Hold the tip against pad and wire together for 2 seconds.", "Feed solder to the joint, not to the tip, until it flows around the wire.", "Take the solder away, then the iron, and hold the wire still for 5 seconds.", "Look at the joints: they should be shiny and like a small hill."],
            [
                new(1, "Set the iron to 120 °C and wait until it is hot.", "The solder did not melt anywhere on the board.", "350"),
                new(4, "Rub the pads with candle wax.", "The solder ran into balls and wetted neither pad nor wire, at the right heat.", "flux", "alcohol"),
                new(5, "Hold the tip against the wire's insulation for 2 seconds.", "The insulation melted back, and pad and wire stayed cold: the solder did not stick to them.", "pad"),
                new(7, "Take the solder away, then the iron, and shake the wire for 5 seconds.", "The joints were dull and cracked, and contact came and went.", "still"),
            ]),
        new("paint", "Painting a steel gate",
            ["Brush loose rust and old paint off the gate and sand it.", "Wipe it with white spirit and let it dry for 30 minutes.", "Stir the primer, and paint one thin coat: {80} ml for each side.", "Let the primer dry for 24 hours.", "Paint the first coat of top paint on a dry day between 10 and 25 °C.", "Let it dry for 16 hours and sand it lightly.", "Paint the second coat: {100} ml for each side.", "Wash the brushes in white spirit."],
            [
                new(1, "Rinse the gate with a little water.", "After a winter the paint came off in scales, with rust on their back.", "brush", "sand"),
                new(2, "Wipe it with cooking oil and let it dry for 30 minutes.", "The primer drew back from the metal in drops and could be wiped off.", "spirit"),
                new(4, "Let the primer dry for 4 minutes.", "The primer came up into the brush and mixed with the top paint.", "24"),
                new(5, "Paint the first coat of top paint in rain at 2 °C.", "The first coat ran, went dull and did not harden.", "dry day", "10"),
            ]),
    ];

    public static IReadOnlyList<Protocol> Development { get; } =
    [
        new("paneer", "Paneer",
            ["Heat {2000} ml of whole milk until it just boils.", "Take it off the heat and stir in {60} ml of lemon juice.", "Wait 10 minutes, until curds and clear whey have parted.", "Pour it through a cloth and rinse the curds.", "Press the cloth under {3} kg for 60 minutes.", "Cut it into cubes."],
            [
                new(1, "Warm {2000} ml of whole milk to 20 °C.", "The milk turned sour and stayed thin; no curds came.", "boil"),
                new(2, "Take it off the heat and stir in {60} ml of water.", "The milk stayed milk.", "lemon"),
                new(5, "Press the cloth under {3} kg for 60 seconds.", "The cheese fell to crumbs when it was cut, wet as it was.", "60 min", "60min"),
            ]),
        new("tiles", "Laying wall tiles",
            ["Prime the wall and let it dry for 4 hours.", "Mix tile adhesive with {1500} ml of water and let it stand 5 minutes.", "Comb the adhesive on with a 6 mm trowel, half a square metre at a time.", "Press the tiles in within 10 minutes, with spacers between.", "Let it harden for 24 hours.", "Fill the joints with grout, and wash the tiles after 20 minutes."],
            [
                new(1, "Dust the wall with flour and let it stand for 4 hours.", "The tiles came off with all their adhesive: it had never touched the wall.", "prime"),
                new(4, "Press the tiles in after 3 hours, with spacers between.", "The adhesive had a skin, and the tiles' backs were clean.", "10"),
                new(5, "Let it harden for 24 minutes.", "Tiles moved under the grout float.", "24 h", "24h"),
            ]),
    ];
}
