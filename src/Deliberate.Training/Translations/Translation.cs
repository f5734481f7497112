using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A setting of another program that the recipe says nothing of.</summary>
/// <param name="Name">There.</param>
/// <param name="Value">As it was written.</param>
/// <param name="Line">Of its file; 0 where it has none.</param>
/// <param name="Why">What it does there, and why there is none here.</param>
internal sealed record Untranslated(string Name, string Value, int Line, string Why);

/// <summary>A training file of another program as a recipe.</summary>
/// <param name="Program">Whose file it was, and of which trainer: TRL (GRPO).</param>
/// <param name="Recipe">YAML with comments.</param>
/// <param name="Left">What has no counterpart, in the order of the file.</param>
/// <param name="ToDo">What is left to do before it can be trained, a sentence each.</param>
internal sealed record Translation(string Program, string Recipe, IReadOnlyList<Untranslated> Left, IReadOnlyList<string> ToDo)
{
    /// <summary>Puts together what a translation found.</summary>
    /// <param name="source">What was read.</param>
    /// <param name="program">Whose settings they are.</param>
    /// <param name="draft">The recipe.</param>
    /// <param name="toDo">See <see cref="ToDo"/>.</param>
    public static Translation Of(ForeignSource source, ForeignProgram program, RecipeDraft draft, IReadOnlyList<string> toDo)
    {
        var left = new List<Untranslated>();
        foreach (var (name, value) in source.Settings.Left)
        {
            var why = program.Find(name) switch
            {
                { Ours: null } known => known.About,
                { } known => $"{known.OursOf(source.Stage)} does not follow from it here.",
                null => $"not among the settings of {program.Name} that are known here; see docs/from-trl-and-verl.md.",
            };
            left.Add(new Untranslated(name, Written(value), value.Place.Line, why));
        }

        foreach (var (name, value, why) in RecipeTranslation.TakeUnread(source, program, draft)) left.Add(new Untranslated(name, Written(value), value.Place.Line, why));
        left.AddRange(source.Expressions.Select(one => new Untranslated(one.Name, one.Written, one.Line, "it is worked out by the program, and nothing is carried out here: write its value into the recipe.")));
        var called = $"{program.Name} ({source.Trainer.ToString().ToUpperInvariant()})";
        List<string> heading = [$"Translated from {source.File}, {called}: deliberate recipe translate."];
        if (toDo.Count > 0) heading.AddRange(["", "To do:", .. toDo.Select(line => "- " + line)]);
        if (left.Count > 0) heading.AddRange(["", "Without a counterpart:", .. left.Select(one => OneLine($"- {one.Name}: {one.Value} - {one.Why}"))]);
        return new Translation(called, draft.Yaml(heading), left, toDo);
    }

    private static string Written(RecipeNode value) => value switch
    {
        RecipeScalar scalar => OneLine(scalar.Text.Length <= 60 ? scalar.Text : scalar.Text[..60] + "..."),
        RecipeList list => $"[{string.Join(", ", list.Items.Select(Written))}]",
        _ => value.Kind,
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
