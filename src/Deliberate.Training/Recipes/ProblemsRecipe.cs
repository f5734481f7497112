using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Problems of the user's, in place of a family's: files, and who decides what is right.</summary>
internal sealed record ProblemsRecipe : ICheckedRecipe
{
    [Description("Name of the set, in records and reports; that of the first file if left out.")]
    public string? Name { get; init; }

    [Description("JSON Lines files of problems to train on, each line \"prompt\" and \"answer\"; relative to the recipe.")]
    public IReadOnlyList<string> Train { get; init; } = [];

    [Description("Files of held-out problems; without any, one in eight of the others is held out, by a hash of its text.")]
    public IReadOnlyList<string> Test { get; init; } = [];

    [Description("Where no file of held-out problems is named: whether one in eight is held out. false trains on all, and nothing is measured on (evaluation.problems 0).")]
    public bool HoldOut { get; init; } = true;

    [Description("Columns of other people's files by our fields: prompt, messages, answer, tests, id, level, grader; a dotted path leads into a column (answer: reward_model.ground_truth).")]
    [ProblemFieldNames]
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    [Description("System message of every problem that brings none; it needs a model with a chat template.")]
    public string? System { get; init; }

    [Description("Grader of the answers: math, exact, numeric or choice; a line may name its own. math if left out.")]
    [GraderName]
    public string? Grader { get; init; }

    [Description("Of the numeric grader: largest difference as a share of the reference.")]
    [InRange(0)]
    public double? Tolerance { get; init; }

    [Description("Of the math grader: whether the order of a list without brackets counts: usual (of three labels and more, not of other values), ordered or set; a line may say its own.")]
    public AnswerLists Lists { get; init; }

    [Description("Share of a file's references that its grader may be unable to read; such problems are left out, more refuse the run.")]
    [InRange(0, 1)]
    public double MaxUnreadable { get; init; } = UnreadableReferences.UsualShare;

    [Description("Where the answer stands: marked (\\boxed{}, \"Answer:\", <answer>, ...), whole (all after the thought) or last_number.")]
    public AnswerFormat AnswerFormat { get; init; }

    [Description("A verifier of your own, in place of a grader.")]
    public VerifierRecipe? Verifier { get; init; }

    [Description("Answers are programs, in place of a grader: the field tests of each line judges them, in the sandbox.")]
    public TestsRecipe? Tests { get; init; }

    /// <summary>How the files say their problems.</summary>
    [JsonIgnore]
    public ProblemShape Shape => new() { Fields = Fields, System = System };

    [JsonIgnore]
    public string SetName => Name ?? (Train.Count > 0 ? Path.GetFileNameWithoutExtension(Train[0]) : "problems");

    /// <summary>Null where a verifier of the user's decides, or tests do.</summary>
    [JsonIgnore]
    public IAnswerGrader? AnswerGrader => Verifier is null && Tests is null ? AnswerGraders.Get(Grader ?? AnswerGraders.Default, Tolerance, Lists) : null;

    IEnumerable<(string Key, string Problem)> ICheckedRecipe.Problems()
    {
        if (Train.Count == 0) yield return ("train", $"No file of problems is named{(Verifier is null ? "" : ": a verifier has nothing to verify without problems")}.");
        foreach (var twice in Train.Concat(Test).GroupBy(f => f).Where(g => g.Count() > 1)) yield return (Test.Contains(twice.Key) ? "test" : "train", $"{twice.Key} is named twice{(Train.Contains(twice.Key) && Test.Contains(twice.Key) ? ": what is trained on cannot be held out" : "")}.");
        if (!HoldOut && Test.Count > 0) yield return ("hold_out", "Problems to hold out are named in test: leave one of the two keys out.");
        foreach (var field in Fields.Keys.Where(field => !ProblemShape.Names.Contains(field))) yield return ("fields", $"There is no field \"{field}\" of a problem. {NearestName.Suggest(field, [.. ProblemShape.Names])}");
        if (Fields.ContainsKey(OwnProblem.Prompt) && Fields.ContainsKey(OwnProblem.Messages)) yield return ("fields", "A problem is a prompt or messages: name the column of one of them.");
        if (Tests is not null && (Verifier is not null || Grader is not null)) yield return ("tests", "A grader, a verifier and tests cannot all decide: say one of them.");
        if (Tests is not null && AnswerFormat != AnswerFormat.Marked) yield return ("answer_format", "A program is the last block of code in the answer, or all of it.");
        if (System is "") yield return ("system", "The text is empty. Leave the key out for no system message.");
        var graders = AnswerGraders.All.Select(g => g.Name).ToArray();
        if (Grader is not null && !graders.Contains(Grader)) yield return ("grader", $"There is no grader \"{Grader}\". {NearestName.Suggest(Grader, graders)}");
        if (Grader is not null && Verifier is not null) yield return ("grader", "A grader and a verifier cannot both decide: a verifier may compare answers itself, and give components.");
        if (Lists != AnswerLists.Usual && (Verifier is not null || (Grader ?? AnswerGraders.Default) != "math")) yield return ("lists", $"Only the math grader knows lists{(Verifier is null ? $"; this is {Grader ?? AnswerGraders.Default}" : "")}.");
        if (Tolerance is not null && (Grader ?? AnswerGraders.Default) != "numeric") yield return ("tolerance", $"Only the numeric grader has a tolerance{(Verifier is null ? $"; this is {Grader ?? AnswerGraders.Default}" : "")}.");
    }
}
