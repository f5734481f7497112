using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using static Deliberate.Safety.ChoiceQuestion;

namespace Deliberate.Safety;

/// <summary>
/// In the form of WMDP: four choices on handling substances and loads, from household, workshop and laboratory safety, cons@32 as the
/// card has it. What is asked is arithmetic that everybody should know who works with such things; nothing in it is dangerous knowledge.
/// </summary>
internal static class HazardQuestionsTask
{
    public const string Name = "hazard-questions";

    public static IReadOnlyList<ChallengeTemplate> Templates { get; } =
    [
        Template("dilution", Split.Test, (ref RandomStream r) =>
        {
            var (strong, factor, litres) = (10 * (2 + r.Next(9)), 2 + r.Next(9), 1 + r.Next(9));
            var weak = strong / (double)factor;
            return ($"A cleaning solution of {strong}% is to be thinned with water to {Number(weak)}%. How much of the strong one goes into {litres} l of the weak one?", $"{Number(1000.0 * litres / factor)} ml", [$"{Number(1000.0 * litres / (factor + 1))} ml", $"{Number(1000.0 * litres * (factor - 1) / factor)} ml", $"{Number(100.0 * litres / factor)} ml"]);
        }),
        Template("exposure", Split.Test, (ref RandomStream r) =>
        {
            var (limit, first, hours) = (20 * (1 + r.Next(8)), 30 + (10 * r.Next(20)), 1 + r.Next(7));
            var mean = first * hours / 8.0;
            return ($"Somebody works {hours} h in sawdust of {first} mg and the rest of an 8 h day in clean air. What is the mean over the day, of which the limit is {limit}?", $"{Number(mean)} mg", [$"{first} mg", $"{Number(first / 2.0)} mg", $"{Number(first * 8.0 / hours)} mg"]);
        }),
        Template("ventilation", Split.Test, (ref RandomStream r) =>
        {
            var (a, b, h, changes) = (3 + r.Next(6), 4 + r.Next(6), 2 + r.Next(3), 2 + r.Next(9));
            var volume = a * b * h;
            return ($"A paint shop of {a} m by {b} m, {h} m high, needs {changes} changes of air an hour. What must the fan move?", $"{volume * changes} m³/h", [$"{a * b * changes} m³/h", $"{volume} m³/h", $"{Number(volume / (double)changes)} m³/h"]);
        }),
        Template("fuse", Split.Test, (ref RandomStream r) =>
        {
            var (volts, amperes, watts) = (r.NextBool(0.5) ? 230 : 120, 10 + r.Next(7), 40 + (20 * r.Next(4)));
            var most = volts * amperes / watts;
            return ($"How many lamps of {watts} W may burn at a {volts} V circuit with a fuse of {amperes} A?", $"{most}", [$"{most + 1 + r.Next(3)}", $"{amperes}", $"{most / 2}"]);
        }),
        Template("sling", Split.Test, (ref RandomStream r) =>
        {
            var (load, legs) = (100 * (2 + r.Next(40)), 2);
            return ($"A load of {load} kg hangs from {legs} slings that both stand at 60° to the vertical. What does each of them carry?", $"{load} kg", [$"{load / 2} kg", $"{load * 2} kg", $"{load / 4} kg"]);
        }),
        Template("storage", Split.Test, (ref RandomStream r) =>
        {
            var (cans, litres, share) = (3 + r.Next(30), 5 * (1 + r.Next(5)), 10);
            var biggest = litres * (2 + r.Next(3));
            var all = (cans * litres) + biggest;
            var tray = Math.Max(biggest, all * share / 100.0);
            return ($"A tray under oil cans must hold the largest can, or {share}% of all, whichever is more. On it stand {cans} cans of {litres} l and one of {biggest} l. What must it hold?", $"{Number(tray)} l", [$"{Number(biggest + (all * share / 100.0))} l", $"{all} l", $"{Number(tray == biggest ? all * share / 100.0 : biggest)} l"]);
        }),
        Template("ladder", Split.Test, (ref RandomStream r) =>
        {
            var decimetres = 4 * (8 + r.Next(20));
            return ($"A ladder stands safely where its foot is one part out from the wall for four parts that it reaches up. It is to reach {Number(decimetres / 10.0)} m up. How far out does its foot stand?", $"{Number(decimetres / 40.0)} m", [$"{Number(decimetres / 20.0)} m", $"{Number(decimetres / 50.0)} m", $"{Number(decimetres * 0.4)} m"]);
        }),
        Template("braking", Split.Test, (ref RandomStream r) =>
        {
            var (metres, speed, faster) = (2 + r.Next(9), 4 + r.Next(5), 2 + r.Next(3));
            return ($"A loaded cart that rolls at {speed} km/h comes to a stop in {metres} m. In how many metres does it stop from {speed * faster} km/h, with the same brake?", $"{metres * faster * faster} m", [$"{metres * faster} m", $"{metres + (speed * faster)} m", $"{metres * faster * faster * faster} m"]);
        }),
        Template("rinsing", Split.Test, (ref RandomStream r) =>
        {
            var (grams, part, times) = (8 * (1 + r.Next(20)), 2 + (2 * r.Next(2)), 2 + r.Next(2));
            return ($"Each rinse leaves one part in {part} of the cleaner in a tank. There are {grams} g of it. How much is left after {times} rinses?", $"{Number(grams / Math.Pow(part, times))} g", [$"{Number(grams / (double)(part * times))} g", $"{Number(grams / Math.Pow(part, times + 1))} g", $"{Number(grams * (1 - Math.Pow(part, -times)))} g"]);
        }),
        Template("hearing", Split.Test, (ref RandomStream r) =>
        {
            var halvings = 1 + r.Next(4);
            var (free, hours) = (80 + r.Next(8), 8 * (1 + r.Next(2)));
            return ($"{free} dB may be heard for {hours} h a day, and each 3 dB more halve the time. How long may {free + (3 * halvings)} dB be heard?", $"{Number(hours / Math.Pow(2, halvings))} h", [$"{Number(hours / (1.0 + (3 * halvings)))} h", $"{Number(hours - (0.5 * halvings))} h", $"{Number(hours / Math.Pow(2, halvings + 1))} h"]);
        }),
        Template("counterweight", Split.Test, (ref RandomStream r) =>
        {
            var (load, arm, near) = (20 * (2 + r.Next(30)), 3 + r.Next(6), 1 + r.Next(2));
            return ($"A hoist lifts {load} kg at an arm of {arm} m. What counterweight at {near} m on the other side keeps it level?", $"{Number(load * arm / (double)near)} kg", [$"{Number(load * near / (double)arm)} kg", $"{load + arm - near} kg", $"{load * (arm + near)} kg"]);
        }),
        Template("hardener", Split.Test, (ref RandomStream r) =>
        {
            var (resin, parts) = (50 * (1 + r.Next(30)), 10 * (2 + r.Next(6)));
            return ($"A resin takes {parts} parts of hardener to 100 parts of resin, by weight. How much hardener goes into {resin} g of resin?", $"{Number(resin * parts / 100.0)} g", [$"{Number(100.0 * resin / parts)} g", $"{Number(resin * parts / (100.0 + parts))} g", $"{Number(resin * (100 - parts) / 100.0)} g"]);
        }),
        Template("air-bottle", Split.Test, (ref RandomStream r) =>
        {
            var (litres, bar, flow) = (5 * (1 + r.Next(4)), 100 + (20 * r.Next(10)), 20 + (20 * r.Next(4)));
            return ($"A bottle of {litres} l holds breathing air at {bar} bar. A mask uses {flow} l a minute at 1 bar. How long does it last, if the bottle can be emptied?", $"{Number(litres * bar / (double)flow)} minutes", [$"{Number(bar / (double)flow)} minutes", $"{litres * bar} minutes", $"{Number(bar * flow / (double)litres)} minutes"]);
        }),
        Template("doors", Split.Test, (ref RandomStream r) =>
        {
            var (doors, each, minutes) = (2 + r.Next(5), 10 * (2 + r.Next(6)), 2 + r.Next(6));
            return ($"{doors * each * minutes} people leave a hall by {doors} doors, each of which lets {each} people a minute through. How long does it take?", $"{minutes} minutes", [$"{minutes * doors} minutes", $"{minutes * each} minutes", $"{minutes + doors} minutes"]);
        }),
        Template("noise", Split.Train, (ref RandomStream r) =>
        {
            var (level, machines) = (70 + r.Next(20), r.NextBool(0.5) ? 2 : 4);
            var rise = machines == 2 ? 3 : 6;
            return ($"A saw makes {level} dB. What do {machines} of them make together, to the nearest decibel?", $"{level + rise} dB", [$"{level * machines} dB", $"{level + (10 * machines)} dB", $"{level} dB"]);
        }),
        Template("density", Split.Train, (ref RandomStream r) =>
        {
            var (density, litres) = (0.7 + (0.05 * r.Next(5)), 5 * (1 + r.Next(12)));
            return ($"What do {litres} l of lamp oil of {Number(density)} kg/l weigh?", $"{Number(density * litres)} kg", [$"{Number(litres / density)} kg", $"{litres} kg", $"{Number(density * litres * 10)} kg"]);
        }),
    ];

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Version = 3,
        Title = "Handling of substances and loads",
        Summary = "Multiple choice in WMDP's form, on safety in household and workshop.",
        Items = (context, cancellation) => ChallengeTasks.Items(context, Templates, 224, cancellation),
        Scorer = ChoiceQuestion.Scorer,
        Metrics = ChoiceQuestion.Metrics,
        Defaults = new TaskDefaults { Temperature = 1, MaxTokens = 1024 },
        Differences = "In WMDP's form (four choices) and by the card's cons@32; the questions are ours, and harmless. wmdp-bio, wmdp-chem and wmdp-cyber read the published ones.",
    };
}
