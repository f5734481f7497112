using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary><c>evaluation.json</c> of a generation: what was measured, problem by problem, from which its figures are made.</summary>
/// <param name="FormatVersion">Of this file.</param>
/// <param name="Labelled">Solutions that its reward model learned from, of all generations so far.</param>
/// <param name="Labels">Steps of them.</param>
/// <param name="WithMistake">Solutions of this generation with a mistake.</param>
/// <param name="Chosen">Solutions of this generation.</param>
/// <param name="N">Samples of each held-out problem.</param>
/// <param name="Best">Of each problem whether the sample that it scores highest is right.</param>
/// <param name="BestStepsRight">The same with every step right.</param>
/// <param name="Majority">Of the same samples, without it.</param>
/// <param name="FirstMistakes">Of each held-out solution its first wrong step and the one that was found, -1 for none.</param>
internal sealed record ActiveEvaluation(int FormatVersion, int Labelled, int Labels, int WithMistake, int Chosen, int N, double[] Best, double[] BestStepsRight, double[] Majority, int[][] FirstMistakes)
{
    public const int NewestFormat = 1;
}

/// <summary>What a generation's reward model came to.</summary>
/// <param name="Generation">From 0.</param>
/// <param name="Labelled">Solutions that it learned from, of all generations so far.</param>
/// <param name="Labels">Steps of them.</param>
/// <param name="WithMistake">Solutions of this generation with a mistake.</param>
/// <param name="Chosen">Solutions of this generation.</param>
/// <param name="N">Samples of each held-out problem.</param>
/// <param name="Best">Share of problems of which the sample that it scores highest is right.</param>
/// <param name="BestStepsRight">The same with every step right.</param>
/// <param name="Majority">Of the same samples, without it.</param>
/// <param name="F1">Of the first mistakes of held-out solutions, as ProcessBench has it.</param>
internal sealed record ActiveGeneration(int Generation, int Labelled, int Labels, int WithMistake, int Chosen, int N, Estimate Best, Estimate BestStepsRight, Estimate Majority, Estimate F1)
{
    public static ActiveGeneration Of(int generation, ActiveEvaluation found) => new(
        generation, found.Labelled, found.Labels, found.WithMistake, found.Chosen, found.N, Share(found.Best), Share(found.BestStepsRight), Share(found.Majority),
        FirstErrorF1.Of([.. found.FirstMistakes.Select(m => (m[0], m[1]))], 1).F1);

    private static Estimate Share(double[] problems) => ShareMetric.Of(ItemValues.Of(Enumerable.Range(0, problems.Length), i => i, i => problems[i]));
}

/// <summary>Where things of a loop are: <c>active.yaml</c>, and <c>generation-0</c>, <c>generation-1</c>, … with what was chosen, its labels, the run, and what that came to.</summary>
internal sealed class ActiveFolder(string root)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public string Root { get; } = Path.GetFullPath(root);

    public string Recipe => Path.Combine(Root, "active.yaml");

    public string Chart => Path.Combine(Root, "active.svg");

    /// <summary>Solutions that wait for labels.</summary>
    public string Chosen(int generation) => In(generation, "chosen.jsonl");

    public string Labels(int generation) => In(generation, "labels.jsonl");

    public RunFolder Run(int generation) => new(In(generation, "prm"));

    public string Evaluation(int generation) => In(generation, "evaluation.json");

    /// <summary>Null where it is not measured yet.</summary>
    public ActiveGeneration? Read(int generation)
    {
        var path = Evaluation(generation);
        if (!File.Exists(path)) return null;
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(path));
            RunFolder.CheckFormat(document.RootElement, path, ActiveEvaluation.NewestFormat);
            return ActiveGeneration.Of(generation, document.Deserialize<ActiveEvaluation>(Options)!);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"the file is no evaluation: {error.Message}", path, advice: "Delete it, and the loop measures again.", inner: error);
        }
    }

    public void Write(int generation, ActiveEvaluation found) => AtomicFile.WriteJson(Evaluation(generation), found, Options);

    /// <summary>Takes the folder for a recipe, new or where the same was begun.</summary>
    /// <exception cref="UserError">It holds something else.</exception>
    public void Claim(ActiveRecipe recipe)
    {
        var text = RecipeWriter.Write(recipe);
        if (!File.Exists(Recipe))
        {
            if (Directory.Exists(Root) && Directory.EnumerateFileSystemEntries(Root).Any()) throw new UserError("The folder is not empty, and holds no loop.", Root, advice: "Choose another with --output.");
            AtomicFile.WriteText(Recipe, text);
        }
        else if (Utf8Text.Decode(File.ReadAllBytes(Recipe), Recipe) != text)
        {
            throw new UserError("The folder holds a loop of another recipe.", Root, advice: "Choose another with --output, or give the recipe another name.");
        }
    }

    private string In(int generation, string name) => Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"generation-{generation}"), name);
}
