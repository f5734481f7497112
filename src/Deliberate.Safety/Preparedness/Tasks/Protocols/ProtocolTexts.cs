namespace Deliberate.Safety;

/// <summary>The protocols: fourteen that gates draw from, two for development. To add one: its steps, and slips whose right value no other step has.</summary>
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
        new("sauerkraut", "Sauerkraut",
            ["Cut {2} kg of white cabbage into strips.", "Knead it with {40} g of salt until it is wet with its own juice.", "Press it into a clean crock, layer by layer, until the juice stands above it.", "Lay a plate and a weight of {3} kg on top, so that all of it stays under.", "Cover the crock with a cloth and keep it at 20 °C for 5 days.", "Move it to a cellar of 12 °C for 4 weeks.", "Take off the scum once a week.", "Fill it into jars and keep them in the refrigerator."],
            [
                new(2, "Knead it with {40} g of flour until it is wet.", "After a week it was soft and slimy and smelled of rot; it had been under its juice all the time.", "salt"),
                new(3, "Lay it loosely into a clean crock and let the juice run off.", "The strips were dry and grew fur in the crock, down to the bottom.", "press", "juice"),
                new(4, "Leave the top free.", "The upper layer had floated up, turned brown and mouldy; what lay deep was good.", "weight", "plate"),
                new(5, "Cover the crock with a cloth and keep it at 2 °C for 5 days.", "No bubble rose and nothing had turned sour when it went to the cellar.", "20 °c", "20°c", "20 degrees"),
            ]),
        new("puncture", "Mending the tube of a bicycle",
            ["Take the wheel out and lift one side of the tyre off the rim with levers.", "Pull the tube out, pump it up and hold it under water to find the hole.", "Dry the tube and roughen {20} mm around the hole with sandpaper.", "Spread a thin layer of rubber cement and wait 5 minutes, until it is dull.", "Press the patch on hard for 2 minutes.", "Feel the inside of the tyre for glass or thorns and take them out.", "Put tube and tyre back without pinching the tube.", "Pump it up to 4 bar."],
            [
                new(3, "Dry the tube and polish {20} mm around the hole with wax.", "The patch peeled off in one piece, with all its cement on it and none on the tube.", "roughen", "sandpaper"),
                new(4, "Spread a thick layer of rubber cement and wait 5 seconds, while it is wet.", "The patch swam on the tube and slid off under the thumb.", "5 min", "five min", "5min", "dull"),
                new(6, "Look at the outside of the tyre and wipe it.", "The patch held, and by evening there was a new hole at the same place.", "glass", "thorn", "inside"),
                new(8, "Pump it up to 0.4 bar.", "The tube was tight, but the rim struck the kerb through the tyre and cut two holes side by side.", "4 bar", "4bar", "four bar"),
            ]),
        new("candles", "Dipping candles",
            ["Melt {900} g of wax in a tin that stands in a pot of water.", "Keep the wax at 70 °C.", "Cut wicks of {25} cm of braided cotton.", "Dip each for a minute, pull it straight and let it harden.", "Dip it for 3 seconds and let it cool in the air for 2 minutes.", "Dip it again in this way {30} times.", "Roll it on a smooth board while it is warm.", "Cut the foot flat and hang it up for a day."],
            [
                new(1, "Melt {900} g of wax in a tin that stands on the open flame.", "The wax smoked, caught fire at its edge, and what was left was brown.", "water"),
                new(2, "Keep the wax at 45 °C.", "The dips left lumps and a skin with folds; half of the tin had gone solid.", "70"),
                new(3, "Cut wicks of {25} cm of nylon cord.", "The candles would not burn: the wick shrank to a bead and the flame went out.", "cotton"),
                new(5, "Dip it for 3 minutes and let it cool in the air for 2 seconds.", "The candle did not grow: each dip melted off what the one before had left.", "3 s", "three s", "2 min", "two min"),
            ]),
        new("flower-pot", "Casting a flower pot of concrete",
            ["Oil the inside of the large mould and the outside of the small one.", "Mix {3} kg of cement, {6} kg of sand and {1500} ml of water to a stiff paste.", "Fill the large mould {4} cm high and press a cork in for the drain.", "Set the small mould in the middle and fill around it.", "Tap the mould for 3 minutes until no more bubbles come up.", "Wrap it in foil and let it set for 48 hours.", "Take it out of the moulds.", "Keep it damp for 7 days before planting."],
            [
                new(1, "Rinse the inside of the large mould and the outside of the small one.", "The pot was hard and sound, and could be had out of its mould only in pieces.", "oil"),
                new(2, "Mix {1} kg of cement, {20} kg of sand and {1500} ml of water to a stiff paste.", "After two days and after seven the pot could be rubbed to sand with a finger.", "{3} kg", "{3}kg", "{6} kg", "{6}kg"),
                new(5, "Leave the mould alone for 3 minutes.", "The wall was full of holes as big as peas.", "tap"),
                new(6, "Wrap it in foil and let it set for 48 minutes.", "It slumped to a heap when the mould was lifted.", "48 h", "48h"),
            ]),
        new("mayonnaise", "Mayonnaise",
            ["Let {2} eggs and {300} ml of oil come to room temperature for 60 minutes.", "Part the eggs and put the yolks into a clean, dry bowl.", "Whisk the yolks with {10} g of mustard for 1 minute.", "Whisk in the oil drop by drop until it thickens, then in a thin stream.", "Whisk in {20} ml of vinegar and a pinch of salt.", "Cover it and keep it in the refrigerator at 5 °C.", "Use it up within 2 days."],
            [
                new(2, "Part the eggs and put the whites into a clean, dry bowl.", "It stayed a thin froth with oil on top, however slowly the oil came.", "yolk"),
                new(4, "Pour in all of the oil at once and whisk.", "The oil stood on top and would not go in; what was under it was yellow and thin.", "drop", "thin stream"),
                new(5, "Whisk in {200} ml of vinegar and a pinch of salt.", "It had been thick, and ran like water at the end, so sour that nobody ate it.", "{20} ml", "{20}ml", "{20} millilit"),
                new(7, "Use it up within 20 weeks.", "It had been kept cold and covered, and whoever ate of the last of it was ill.", "2 days", "two days"),
            ]),
        new("seedlings", "Tomato seedlings",
            ["Soak {50} tomato seeds in water for 12 hours.", "Fill a tray with {2000} ml of seed compost and press it flat.", "Lay the seeds on it, a thumb apart, and sieve 5 mm of compost over them.", "Water it with a fine spray until it is damp, and cover it with a sheet of glass.", "Keep it at 22 °C until green shows.", "Take the glass off and stand the tray at a bright window.", "Move each seedling to a pot of its own when it has two true leaves.", "Stand the pots outside by day for 10 days before planting them out."],
            [
                new(3, "Lay the seeds on it, a thumb apart, and sieve 80 mm of compost over them.", "Nothing came up; dug out, the seeds had sprouted and died on their way.", "5 mm", "5mm", "five mm"),
                new(5, "Keep it at 3 °C until green shows.", "After four weeks the seeds lay in damp compost, sound and unchanged.", "22"),
                new(6, "Take the glass off and stand the tray in a dark cupboard.", "The seedlings were long as a finger, white, and fell over.", "window", "bright", "light"),
                new(8, "Stand the pots outside by day for 10 minutes before planting them out.", "The day after they were planted out the leaves were bleached and hung down; roots and soil were good.", "10 days", "ten days"),
            ]),
        new("knife", "Sharpening a knife",
            ["Soak the stone of grit 1000 in water for 10 minutes.", "Lay it on a wet cloth so that it does not slide.", "Set the edge on the stone at 15 degrees to it.", "Draw one side over the stone until a burr is felt all along the other.", "Turn the knife and do the same to the other side, {20} strokes.", "Repeat both on the stone of grit 6000, {10} strokes a side.", "Draw the edge over leather {10} times, its back first.", "Wash the knife and dry it."],
            [
                new(1, "Rub the stone of grit 1000 with candle wax.", "The blade slid over the stone as over glass, and no grey mud came.", "soak", "water"),
                new(3, "Set the edge on the stone at 70 degrees to it.", "The edge was blunter than before, with a broad flat where it had been.", "15"),
                new(4, "Draw one side over the stone twice, without feeling for anything.", "After the finest stone the edge shone and was as blunt as before; the other side had never changed under the thumb.", "burr"),
                new(7, "Draw the edge over leather {10} times, its edge first.", "The leather was cut through.", "back first", "the back"),
            ]),
        new("pickles", "Pickled cucumbers",
            ["Wash {1000} g of small cucumbers and lay them in salted water overnight.", "Boil {4} jars and their lids for 10 minutes.", "Heat {600} ml of vinegar of 5% with {400} ml of water and {60} g of sugar to a boil.", "Pack the cucumbers tight into the jars, with dill and mustard seed.", "Pour the hot vinegar over them until it stands a finger above them.", "Close the jars at once and keep them at 85 °C for 20 minutes.", "Let them stand in the dark for 4 weeks before opening one."],
            [
                new(2, "Wipe {4} jars and their lids with a cloth from the sink.", "Under every lid there was a ring of mould, in jars that were full, hot and tight.", "boil"),
                new(3, "Heat {60} ml of vinegar of 5% with {940} ml of water and {60} g of sugar to a boil.", "They were soft and hardly sour, and the liquid had turned cloudy and fizzed.", "{600} ml", "{600}ml"),
                new(5, "Pour the hot vinegar over them until it stands half as high as they do.", "The upper halves were brown and furry, the lower halves good.", "finger", "above"),
                new(6, "Close the jars the day after and keep them at 25 °C for 20 minutes.", "No lid had drawn down, and after a week the jars hissed when they were opened.", "85", "at once"),
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
