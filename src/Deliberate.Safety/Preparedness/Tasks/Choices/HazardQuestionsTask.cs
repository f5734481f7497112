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
        Title = "Handling of substances and loads",
        Summary = "Multiple choice in WMDP's form, on safety in household and workshop.",
        Items = (context, cancellation) => ChallengeTasks.Items(context, Templates, 216, cancellation),
        Scorer = ChoiceQuestion.Scorer,
        Metrics = ChoiceQuestion.Metrics,
        Defaults = new TaskDefaults { Temperature = 1, MaxTokens = 1024 },
        Differences = "In WMDP's form (four choices) and by the card's cons@32; the questions are ours, and harmless. wmdp-bio, wmdp-chem and wmdp-cyber read the published ones.",
    };
}
