using System.Text;
using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

/// <summary>Extraction, equivalence and hostile answers against the golden files; each test says how many cases agree.</summary>
public sealed class GradingFixtureTests
{
    [Fact]
    public void Answers_are_extracted_as_defined()
    {
        var wrong = new List<string>();
        var cases = Cases("extraction.json");
        foreach (var one in cases)
        {
            var found = AnswerExtraction.Extract(Text(one, "text")!);
            if (found != Text(one, "expected")) wrong.Add($"{Text(one, "name")}: {Text(one, "text")} gave {found ?? "nothing"}, expected {Text(one, "expected") ?? "nothing"}");
        }

        Report("extraction", cases.Length, wrong);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Answers_are_compared_as_people_judge_them()
    {
        var grader = AnswerGraders.Get("math");
        List<string> accepted = [], rejected = [], free = [];
        var cases = Cases("equivalence.json");
        foreach (var one in cases)
        {
            var equal = grader.Compare(Text(one, "gold")!, Text(one, "answer")!) == AnswerMatch.Equal;
            if (equal == one.GetProperty("expected").GetBoolean()) continue;
            var line = $"{Text(one, "name")}: {Text(one, "gold")} against {Text(one, "answer")}";
            if (!one.GetProperty("required").GetBoolean()) free.Add(line);
            else if (equal) accepted.Add(line);
            else rejected.Add(line);
        }

        Report("equivalence, where nobody is bound", cases.Count(c => !c.GetProperty("required").GetBoolean()), free);
        Report("equivalence, false accepts", cases.Count(c => c.GetProperty("required").GetBoolean()), accepted);
        Report("equivalence, false rejects", cases.Count(c => c.GetProperty("required").GetBoolean()), rejected);
        accepted.ShouldBeEmpty();
        rejected.ShouldBeEmpty();
    }

    /// <summary>What the published grader says of every case, its mistakes too: numbers are comparable with the paper's only where none differs.</summary>
    [Fact]
    public void The_rules_of_prm800k_decide_as_its_own_grader()
    {
        var grader = AnswerGraders.Get("prm800k");
        List<string> accepted = [], rejected = [];
        var cases = Cases("equivalence.json");
        foreach (var one in cases)
        {
            var equal = grader.Compare(Text(one, "gold")!, Text(one, "answer")!) == AnswerMatch.Equal;
            if (equal != one.GetProperty("prm800k").GetBoolean()) (equal ? accepted : rejected).Add($"{Text(one, "name")}: {Text(one, "gold")} against {Text(one, "answer")}");
        }

        Report("PRM800K's rules, accepted by us alone", cases.Length, accepted);
        Report("PRM800K's rules, accepted by it alone", cases.Length, rejected);
        accepted.ShouldBeEmpty();
        rejected.ShouldBeEmpty();
    }

    [Fact]
    public void Boxed_in_a_text_they_are_compared_as_they_stand()
    {
        var grader = AnswerGraders.Get("math");
        var wrong = new List<string>();
        var cases = Cases("equivalence.json").Where(c => c.GetProperty("required").GetBoolean()).ToArray();
        foreach (var one in cases)
        {
            var answer = AnswerExtraction.Extract(Text(one, "text")!);
            if ((answer is not null && grader.Compare(Text(one, "gold")!, answer) == AnswerMatch.Equal) != one.GetProperty("expected").GetBoolean()) wrong.Add($"{Text(one, "name")}: {Text(one, "text")}");
        }

        Report("equivalence through extraction", cases.Length, wrong);
        wrong.ShouldBeEmpty();
    }

    /// <summary>
    /// Material that the grader was not written against: what it extracts and decides for real solutions of MATH. The recorded verdicts
    /// are those of a program; it refuses 4:30 \text{ p.m.} for \text{4:30 p.m.}, which is the same time of day.
    /// </summary>
    [Fact]
    public void Real_solutions_are_graded_as_by_others()
    {
        var grader = AnswerGraders.Get("math");
        List<string> differing = [], unreadable = [];
        var solutions = 0;
        foreach (var line in File.ReadLines(SharedFolder.Path("data", "math_samples", "samples.jsonl")))
        {
            var problem = JsonDocument.Parse(line).RootElement;
            var (gold, texts, scores) = (Text(problem, "answer")!, problem.GetProperty("code"), problem.GetProperty("score"));
            for (var i = 0; i < texts.GetArrayLength(); i++, solutions++)
            {
                var answer = AnswerExtraction.Extract(texts[i].GetString()!);
                var match = answer is null ? AnswerMatch.Unreadable : grader.Compare(gold, answer);
                if (match == AnswerMatch.Unreadable) unreadable.Add($"{gold} against {answer}");
                if ((match == AnswerMatch.Equal) != (scores[i].GetBoolean() || (gold, answer) == (@"\text{4:30 p.m.}", @"4:30 \text{ p.m.}"))) differing.Add($"{gold} against {answer}: {scores[i]}");
            }
        }

        var golds = File.ReadLines(SharedFolder.Path("data", "math500", "test.jsonl")).Select(l => Text(JsonDocument.Parse(l).RootElement, "answer")!).ToArray();
        var objections = golds.Where(g => grader.Objection(g) is not null).ToList();
        Report("solutions of MATH", solutions, differing);
        Report("solutions of MATH, readable", solutions, unreadable);
        Report("reference answers of MATH-500, readable", golds.Length, objections);
        differing.ShouldBeEmpty();
        golds.ShouldAllBe(gold => grader.Compare(gold, gold) == AnswerMatch.Equal);
    }

    /// <summary>The same for GSM8K, whose solutions end in "A: 18".</summary>
    [Fact]
    public void Real_solutions_of_word_problems_are_graded_as_by_others()
    {
        List<string> accepted = [], rejected = [];
        var solutions = 0;
        foreach (var line in File.ReadLines(SharedFolder.Path("data", "gsm8k", "example_model_solutions.jsonl")))
        {
            var problem = JsonDocument.Parse(line).RootElement;
            var gold = ReferenceAnswer.Of(Text(problem, "ground_truth")!).ShouldNotBeNull();
            foreach (var model in problem.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object))
            {
                var answer = AnswerExtraction.Extract(Text(model.Value, "solution")!);
                var right = model.Value.GetProperty("is_correct").GetBoolean();
                foreach (var grader in new[] { "math", "numeric" })
                {
                    solutions++;
                    var equal = answer is not null && AnswerGraders.Get(grader).Compare(gold, answer) == AnswerMatch.Equal;
                    if (equal != right) (equal ? accepted : rejected).Add($"{grader}: {gold} against {answer}");
                }
            }
        }

        Report("solutions of GSM8K, false accepts", solutions, accepted);
        Report("solutions of GSM8K, false rejects", solutions, rejected);
        solutions.ShouldBeGreaterThan(5_000);
        accepted.ShouldBeEmpty();
        rejected.ShouldBeEmpty();
    }

    /// <summary>
    /// Math-Verify's own regression cases, whole sentences among them. It grades sets, intervals and relations more freely than we do
    /// on purpose; what must not happen is that we accept what it rejects.
    /// </summary>
    [Fact]
    public void The_cases_of_another_grader_are_mostly_judged_alike()
    {
        var grader = AnswerGraders.Get("math");
        List<string> accepted = [], rejected = [];
        var cases = 0;
        foreach (var line in File.ReadLines(SharedFolder.Path("data", "math_equivalence", "math_verify_cases.jsonl")))
        {
            var one = JsonDocument.Parse(line).RootElement;
            var (gold, answer) = (ReferenceAnswer.Of(Text(one, "gold")!) ?? Text(one, "gold")!, AnswerExtraction.Extract(Text(one, "pred")!) ?? Text(one, "pred")!);
            var equal = grader.Compare(gold, answer) == AnswerMatch.Equal;
            cases++;
            if (equal == (one.GetProperty("expected").GetInt32() == 1)) continue;
            (equal ? accepted : rejected).Add($"{Text(one, "test")}: {gold} against {answer}");
        }

        Report("Math-Verify's cases, false accepts", cases, accepted);
        Report("Math-Verify's cases, false rejects", cases, rejected);
        cases.ShouldBeGreaterThan(0);
        accepted.Count.ShouldBeLessThanOrEqualTo(cases / 20);
    }

    [Fact]
    public void Hostile_answers_are_neither_right_nor_slow()
    {
        var wrong = new List<string>();
        var cases = Cases("hostile.json");
        foreach (var one in cases)
        {
            var answer = Answer(one);
            answer.Length.ShouldBe(one.GetProperty("answer_length").GetInt32(), Text(one, "name"));
            foreach (var grader in AnswerGraders.All)
            {
                var match = AnswerMatch.Different;
                var time = ThreadTime.Of(() =>
                {
                    var extracted = AnswerExtraction.Extract($@"Therefore \boxed{{{answer}}}", AnswerFormat.LastNumber) ?? "";
                    AnswerExtraction.Extract("The answer is " + answer, AnswerFormat.LastNumber);
                    match = grader.Compare(Text(one, "gold")!, answer);
                    grader.Compare(Text(one, "gold")!, extracted);
                    grader.Objection(answer);
                });
                if (time.TotalSeconds > one.GetProperty("within_seconds").GetDouble()) wrong.Add($"{Text(one, "name")}: {grader.Name} took {time}");
                // The rules of PRM800K take a long decimal for the fraction that it is a digit short of.
                if (grader.Name == "prm800k" && match == AnswerMatch.Equal && one.GetProperty("others").GetProperty("prm800k").GetProperty("result").GetBoolean()) continue;
                var allowed = Text(one, "expected") switch { "not_equal_or_ungradable" => match != AnswerMatch.Equal, "equal_or_ungradable" => match != AnswerMatch.Different || grader.Name != "math", _ => true };
                if (!allowed) wrong.Add($"{Text(one, "name")}: {grader.Name} says {match}");
            }
        }

        Report("hostile answers, every grader", cases.Length, wrong);
        wrong.ShouldBeEmpty();
    }

    private static string Answer(JsonElement one)
    {
        if (Text(one, "answer") is { } answer) return answer;
        var recipe = one.GetProperty("answer_recipe");
        if (recipe.ValueKind == JsonValueKind.String) return string.Join('+', Enumerable.Range(1, 3999).Select(i => $@"\frac{{{i}}}{{{i + 1}}}"));
        var text = new StringBuilder();
        foreach (var part in recipe.EnumerateArray()) text.Insert(text.Length, part[0].GetString()!, part[1].GetInt32());
        return text.ToString();
    }

    private static JsonElement[] Cases(string file) => [.. SharedFolder.Json("fixtures", "grading", file).GetProperty("cases").EnumerateArray()];

    private static string? Text(JsonElement one, string field) => one.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void Report(string what, int cases, List<string> wrong)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {cases} cases, {cases - wrong.Count} as expected");
        foreach (var line in wrong) TestContext.Current.TestOutputHelper?.WriteLine("  " + line);
    }
}
