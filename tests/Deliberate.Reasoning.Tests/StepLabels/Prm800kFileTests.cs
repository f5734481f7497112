using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>
/// PRM800K's schema by records that were written by hand from its description: every field, every null and every finish reason of both
/// phases, so that our own generator does not vouch for our reader.
/// </summary>
public sealed class Prm800kFileTests : IDisposable
{
    private const string PhaseOne =
        """
        {"labeler":"11111111-2222-4333-8444-555555555555","timestamp":"2022-07-17T16:56:51.323252","generation":null,"is_quality_control_question":false,"is_initial_screening_question":false,"question":{"problem":"What is $2+3\\cdot 4$?","ground_truth_solution":null,"ground_truth_answer":"14"},"label":{"steps":[{"completions":[{"text":"First the product: $3\\cdot 4=12$.","rating":1,"flagged":false},{"text":"First the sum: $2+3=5$.","rating":-1,"flagged":false},{"text":"There are two operations.","rating":0,"flagged":true}],"human_completion":null,"chosen_completion":0},{"completions":[{"text":"So it is $13$.","rating":-1,"flagged":null},{"text":"So it is $15$.","rating":-1,"flagged":null}],"human_completion":{"text":"So it is $2+12=14$.\n\n# Answer\n\n14","rating":null,"source":"human","flagged":false},"chosen_completion":null}],"total_time":120001,"finish_reason":"solution"}}
        """;

    private const string PhaseTwo =
        """
        {"labeler":"11111111-2222-4333-8444-555555555555","timestamp":"2023-01-22T04:34:27.052924","generation":9,"is_quality_control_question":true,"is_initial_screening_question":false,"question":{"problem":"What is $2+3\\cdot 4$?","ground_truth_solution":"It is $2+12=14$.","ground_truth_answer":"14","pre_generated_steps":["The sum first: $2+3=5$.","Then $5\\cdot 4=20$.\n\n# Answer\n\n20"],"pre_generated_answer":"20","pre_generated_verifier_score":0.25},"label":{"steps":[{"completions":[{"text":"The sum first: $2+3=5$.","rating":-1,"flagged":null},{"text":"The product first.","rating":0,"flagged":false}],"human_completion":null,"chosen_completion":null}],"total_time":278270,"finish_reason":"found_error"}}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PhaseOne)]
    [InlineData(PhaseTwo)]
    public void A_record_comes_out_as_it_went_in(string record)
    {
        var (_, solution) = Prm800kFile.Read(_folder.File("labels.jsonl", record)).ShouldHaveSingleItem();
        using var stream = new MemoryStream();
        Prm800kFile.Write(stream, solution);
        Canonical(Encoding.UTF8.GetString(stream.ToArray())).ShouldBe(Canonical(record));
    }

    [Fact]
    public void Phase_one_goes_on_with_what_was_chosen_or_written()
    {
        var (_, solution) = Prm800kFile.Read(_folder.File("labels.jsonl", PhaseOne)).ShouldHaveSingleItem();
        (solution.IsPhaseOne, solution.Generation, solution.Finish, solution.FirstError).ShouldBe((true, null, LabelFinish.Solution, -1));
        solution.Path.ShouldBe([("First the product: $3\\cdot 4=12$.", 1), ("So it is $2+12=14$.\n\n# Answer\n\n14", 1)]);
        solution.Steps[0].Completions.Select(c => (c.Rating, c.Flagged)).ShouldBe([(1, false), (-1, false), (0, true)]);
        solution.Steps[1].Completions[0].Flagged.ShouldBeNull();
    }

    [Fact]
    public void Phase_two_ends_at_the_first_mistake()
    {
        var (_, solution) = Prm800kFile.Read(_folder.File("labels.jsonl", PhaseTwo)).ShouldHaveSingleItem();
        (solution.IsPhaseOne, solution.Generation, solution.Finish, solution.FirstError, solution.IsQualityControlQuestion).ShouldBe((false, 9, LabelFinish.FoundError, 0, true));
        var learned = StepwiseExample.Of(solution, NeutralSteps.Positive);
        (learned.Steps.Count, learned.Labels[0], learned.FirstError, learned.IsRight).ShouldBe((1, 0, 0, false));
    }

    [Theory]
    [InlineData("solution", LabelFinish.Solution)]
    [InlineData("found_error", LabelFinish.FoundError)]
    [InlineData("bad_problem", LabelFinish.BadProblem)]
    [InlineData("give_up", LabelFinish.GiveUp)]
    public void Every_finish_reason_is_known(string reason, object finish)
    {
        var record = PhaseOne.Replace("\"finish_reason\":\"solution\"", $"\"finish_reason\":\"{reason}\"", StringComparison.Ordinal);
        Prm800kFile.Read(_folder.File("labels.jsonl", record)).ShouldHaveSingleItem().Solution.Finish.ShouldBe(finish);
    }

    [Theory]
    [InlineData("\"rating\":-1,\"flagged\":null}", "\"rating\":2,\"flagged\":null}", "label.steps[0].completions[0].rating")]
    [InlineData("\"rating\":-1,\"flagged\":null}", "\"rating\":0.5,\"flagged\":null}", "label.steps[0].completions[0].rating")]
    [InlineData("\"flagged\":null}", "\"flagged\":3}", "label.steps[0].completions[0].flagged")]
    [InlineData("{\"text\":\"The sum first: $2+3=5$.\"", "{\"text\":\"Another step.\"", "label.steps[0].completions[0].text")]
    [InlineData("\"finish_reason\":\"found_error\"", "\"finish_reason\":\"found\"", "label.finish_reason")]
    [InlineData("\"chosen_completion\":null", "\"chosen_completion\":7", "label.steps[0].chosen_completion")]
    [InlineData("\"generation\":9", "\"generation\":\"nine\"", "generation")]
    [InlineData("\"labeler\":", "\"labeller\":", "labeler")]
    public void A_wrong_field_is_named_and_the_rest_imported_or_nothing(string right, string wrong, string field)
    {
        PhaseTwo.ShouldContain(right);
        var index = PhaseTwo.IndexOf(right, StringComparison.Ordinal);
        var path = _folder.File("labels.jsonl", $"{PhaseOne}\n{PhaseTwo[..index]}{wrong}{PhaseTwo[(index + right.Length)..]}\n{PhaseTwo}");
        var error = Should.Throw<UserError>(() => Prm800kFile.Read(path).ToList());
        (error.Line, error.Field).ShouldBe((2, field));
        var errors = new List<UserError>();
        Prm800kFile.Read(path, errors.Add).Select(s => s.Line).ShouldBe([1, 3]);
        errors.ShouldHaveSingleItem().Line.ShouldBe(2);
    }

    [Fact]
    public void Repetitions_and_contradictions_are_found()
    {
        var statistics = new LabelStatistics();
        var path = _folder.File("labels.jsonl", $"{PhaseTwo}\n{PhaseTwo}\n{PhaseTwo.Replace("\"rating\":-1", "\"rating\":1", StringComparison.Ordinal)}\n{PhaseOne}");
        foreach (var (line, solution) in Prm800kFile.Read(path)) statistics.Add(line, solution);
        (statistics.Duplicates, statistics.Contradictions).ShouldBe((1, 1));
        statistics.Found.ShouldContain("step 0 of line 3 is rated 1, and -1 in line 1");
        (statistics.PhaseOne.Solutions, statistics.PhaseTwo.Solutions, statistics.PhaseOne.Human, statistics.PhaseOne.Flagged).ShouldBe((1, 3, 1, 1));
        statistics.PhaseOne.RightEnds.Value.ShouldBe(1);
        statistics.PhaseTwo.RightEnds.Value.ShouldBe(0);
    }

    /// <summary>The same but for the order of fields and how numbers and characters are written.</summary>
    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(document.RootElement);
        return text.ToString();

        void Write(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                text.Append('{');
                foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    text.Append(property.Name).Append(':');
                    Write(property.Value);
                    text.Append(',');
                }

                text.Append('}');
            }
            else if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in value.EnumerateArray()) Write(item);
                text.Append(']');
            }
            else
            {
                text.Append(value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture) : value.ToString()).Append(';');
            }
        }
    }
}
