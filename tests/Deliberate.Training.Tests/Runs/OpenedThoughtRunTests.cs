using System.Globalization;
using System.Text.Json;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>
/// Runs that start from a model whose chat template is like those of R1's distills: it ends the prompt with the opening tag and cuts
/// thoughts out of conversations. What is imitated, sampled, graded and imitated again stands behind the same prompt.
/// </summary>
public sealed class OpenedThoughtRunTests(OpenedThoughtRunTests.Opening opening) : IClassFixture<OpenedThoughtRunTests.Opening>, IDisposable
{
    private const string Budgets = "evaluation: { problems: 8, quick_problems: 8, samples: 2, max_tokens: 12, every: 2 }\nmicro_batch_tokens: 512\n";
    private const string Learned = "supervised: { data: [thoughts.jsonl], tokens: 40000, batch_tokens: 400, validation: 0, optimizer: { kind: adamw, learning_rate: 0.005 } }\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_imitated_is_what_the_prompt_asks_for_and_the_answer_behind_the_thought_counts()
    {
        var folder = Train(Learned + "problems: { train: [problems.jsonl], test: [held-out.jsonl], grader: numeric, answer_format: whole }\nexpert_iteration: { rounds: 1, prompts: 4, samples: 4, max_tokens: 12, batch_tokens: 400 }\nreinforcement: { steps: 1, prompts: 4, samples: 4, max_tokens: 12 }\n");
        var graded = EvaluationFile.Read(new RunFolder(folder).Evaluation(RunFolder.Final));
        graded.ShouldAllBe(g => g.Sample.ThoughtOpenedBy == "<think>" && !g.Sample.Completion.Contains("<think>", StringComparison.Ordinal));
        var right = graded.Where(g => g.Outcome == SampleOutcome.Pass).ToArray();
        right.Length.ShouldBeGreaterThan(graded.Count / 2);
        right.ShouldAllBe(g => g.Sample.Completion.Contains("</think>", StringComparison.Ordinal) && g.Answer == "7" && g.Sample.ThoughtTokens > 0 && g.Sample.ThoughtTokens < g.CompletionTokens);

        var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ToList();
        using var model = PretrainedModel.Open(new RunFolder(folder).Checkpoint(RunFolder.Final));
        samples.Select(s => s.Stage).Distinct().Count().ShouldBe(2);
        samples.ShouldAllBe(s => s.ThoughtOpenedBy == "<think>" && model.Text.Tokenizer.Decode(s.PromptTokens.ToArray(), skipSpecial: false) == $"user {s.Prompt} assistant <think>\n");
        samples.Count(s => s.Stage == RunStage.ExpertIteration && s.Trained).ShouldBeGreaterThan(0);

        RunReport.Write(Path.Combine(folder, "report.html"), "test", folder);
        File.ReadAllText(Path.Combine(folder, "report.html")).ShouldContain("Problems of your own");
    }

    [Fact]
    public void A_budget_that_ends_within_the_thought_is_an_outcome_of_its_own_wherever_outcomes_are_told()
    {
        // The numbers of the thought would pass for the answer.
        var folder = Train(Learned + "problems: { train: [problems.jsonl], test: [held-out.jsonl], grader: numeric, answer_format: last_number }\nreinforcement: { steps: 1, prompts: 4, samples: 4, max_tokens: 3 }\n", "evaluation.max_tokens=3");
        var graded = EvaluationFile.Read(new RunFolder(folder).Evaluation(RunFolder.Final));
        graded.Count(g => g.Outcome == SampleOutcome.CutWhileThinking).ShouldBeGreaterThan(graded.Count / 2);
        graded.Where(g => g.Truncated).ShouldAllBe(g => g.Outcome == SampleOutcome.CutWhileThinking && g.Answer == null && g.Sample.ThoughtTokens == g.CompletionTokens);
        var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).ToList();
        metrics.ShouldContain(m => m.Values.Any(v => v.Key.StartsWith("rl/cut_while_thinking", StringComparison.Ordinal) && v.Value > 0));
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).Where(s => s.Truncated).ShouldAllBe(s => s.Outcome == SampleOutcome.CutWhileThinking && s.Reason == "cut off while thinking");
        RunReport.Write(Path.Combine(folder, "report.html"), "test", folder);
        File.ReadAllText(Path.Combine(folder, "report.html")).ShouldContain("off while thinking");
        var share = (double)graded.Count(g => g.Outcome == SampleOutcome.CutWhileThinking) / graded.Count;
        var summary = JsonDocument.Parse(RunSummary.Json([(RunEvidence.Read(folder), null)])).RootElement.GetProperty("runs")[0].GetProperty("evaluations").EnumerateArray().Last();
        summary.GetProperty("cut_while_thinking").ToString().ShouldContain(share.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_family_s_worked_solutions_go_on_behind_the_opening_tag_too()
    {
        var folder = Train("family: { name: arithmetic-mod10, levels: [2] }\nsupervised: { tokens: 2000, batch_tokens: 400, optimizer: { kind: adamw, learning_rate: 0.01 } }\nreinforcement: { steps: 1, prompts: 2, samples: 2, max_tokens: 30 }\n", "evaluation.max_tokens=30");
        using var model = PretrainedModel.Open(new RunFolder(folder).Checkpoint(RunFolder.Final));
        var encoder = new ProblemEncoder(model.Text);
        var drawn = Corpus.Draw(FamilyRegistry.Get("arithmetic-mod10"), LevelMix.All(FamilyRegistry.Get("arithmetic-mod10")), FamilyRegistry.Get("arithmetic-mod10").DefaultMixture, 1, 0);
        var (tokens, first) = encoder.Example(drawn.Prompt, drawn.Completion);
        tokens[..first].ShouldBe(encoder.Prompt(drawn.Problem));
        encoder.Text(tokens).ShouldBe($"user {drawn.Prompt} assistant <think>\n{drawn.Completion[ChainOfThought.OpeningTag.Length..]}");
        var sample = new Sample { Problem = drawn.Problem, Attempt = 0, Completion = encoder.Text(tokens.AsSpan(first)), ThoughtOpenedBy = encoder.ThoughtOpenedBy(drawn.Problem) };
        new FamilyScorer(FamilyRegistry.Get("arithmetic-mod10")).Judge(sample).IsReadable.ShouldBeTrue();
        (tokens, first) = encoder.Example(drawn.Prompt, drawn.DirectAnswer);
        encoder.Text(tokens.AsSpan(first)).ShouldBe($"\n</think>\n\n{drawn.DirectAnswer}");
        EvaluationFile.Read(new RunFolder(folder).Evaluation(RunFolder.Final)).ShouldAllBe(g => g.Sample.ThoughtOpenedBy == "<think>" && (g.Outcome != SampleOutcome.Unscored || !g.Truncated || g.Sample.Completion.Contains("</think>", StringComparison.Ordinal)));
    }

    private string Train(string recipe, params string[] settings)
    {
        File.WriteAllLines(_folder.File("thoughts.jsonl"), Enumerable.Range(0, 26).Select(i => $"{{\"prompt\": \"{(char)('a' + i)}=\", \"completion\": \"<think>so 7</think>7\"}}"));
        File.WriteAllLines(_folder.File("problems.jsonl"), Enumerable.Range(0, 13).Select(i => $"{{\"prompt\": \"{(char)('a' + i)}=\", \"answer\": 7}}"));
        File.WriteAllLines(_folder.File("held-out.jsonl"), Enumerable.Range(13, 13).Select(i => $"{{\"prompt\": \"{(char)('a' + i)}=\", \"answer\": 7}}"));
        var path = _folder.File("recipe.yaml");
        File.WriteAllText(path, $"name: opened\nmodel: {{ from: {opening.Checkpoint} }}\n{recipe}{Budgets}");
        var folder = _folder.File("run");
        using var run = TrainingRun.Start(TrainRecipe.Read(path, settings), folder, 1);
        run.Execute().ShouldBe(RunOutcome.Completed);
        return folder;
    }

    /// <summary>A tiny model that has seen nothing of use, given a template that opens the thought.</summary>
    public sealed class Opening : IDisposable
    {
        private const string Template = "{% for m in messages %}{% if m.role == 'assistant' %}{% set content = m.content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}assistant {{ content }}{{ eos_token }}{% else %}{{ m.role }} {{ m.content }} {% endif %}{% endfor %}{% if add_generation_prompt %}assistant <think>\n{% endif %}";

        private readonly TemporaryFolder _folder = new();

        public Opening()
        {
            File.WriteAllLines(_folder.File("letters.jsonl"), Enumerable.Range(0, 26).Select(i => $"{{\"prompt\": \"user {(char)('a' + i)}= assistant \", \"completion\": \"0123456789+-*\"}}"));
            var path = _folder.File("recipe.yaml");
            File.WriteAllText(path, "name: base\nmodel: { hidden: 32, layers: 1, heads: 2, intermediate: 32, context: 96, tokenizer: { vocabulary: 300 } }\nsupervised: { data: [letters.jsonl], tokens: 1000, batch_tokens: 400 }\n");
            using (var run = TrainingRun.Start(TrainRecipe.Read(path), _folder.File("run"), 1)) run.Execute().ShouldBe(RunOutcome.Completed);
            Checkpoint = new RunFolder(_folder.File("run")).Checkpoint(RunFolder.Final);
            File.WriteAllText(Path.Combine(Checkpoint, "chat_template.jinja"), Template);
        }

        public string Checkpoint { get; }

        public void Dispose() => _folder.Dispose();
    }
}
