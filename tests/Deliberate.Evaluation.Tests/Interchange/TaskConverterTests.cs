using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Other programs' task files as ours: read back as tasks, and nothing left out without a word.</summary>
public sealed class TaskConverterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-convert-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Of_promptfoo_prompts_variables_and_assertions_are_read()
    {
        File.WriteAllText(Path.Combine(_folder, "second.txt"), "Say in {{ language }}: {{text}}\n---\nThird {{text}}\n");
        var (program, tasks) = Read(
            """
            # yaml-language-server: $schema=https://promptfoo.dev/config-schema.json
            description: Small translations
            prompts:
              - "Translate to {{language}}: {{text}}"
              - file://second.txt
              - file://made.py
            providers: [openai:gpt-5]
            defaultTest:
              vars: { language: French }
            evaluateOptions: { repeat: 3, maxConcurrency: 4 }
            tests:
              - vars: { text: [good day, night] }
                assert: [{ type: icontains, value: bonjour }]
                metadata: { area: greetings }
              - vars: { language: German, text: "{x}" }
                threshold: 0.5
                assert:
                  - { type: equals, value: "Guten Tag {{language}}" }
                  - { type: javascript, value: "output.length > 3" }
              - vars: { text: cake }
                assert: [{ type: llm-rubric, value: is polite }]
            redteam: { plugins: [harmful] }
            """);
        program.ShouldBe("promptfoo");
        tasks.Select(t => t.Task.Name).ShouldBe(["small-translations", "small-translations-2"]);
        tasks[1].Task.Scorers.ShouldBe([new WrittenExact(), new WrittenScript { Name = "javascript-2", Language = ScriptLanguage.Javascript, Code = "output.length > 3" }]);
        var first = tasks[0].Task;
        first.Items.Count.ShouldBe(2 * 3);
        first.Items[0].Prompt.ShouldBe("Translate to French: good day");
        first.Items[1].Prompt.ShouldBe("Say in French: good day");
        first.Items.ShouldAllBe(i => i.Answer == "bonjour" && i.Cluster == "test-1" && i.Tags["area"] == "greetings");
        first.Epochs.ShouldBe(3);
        first.Scorers.ShouldBe([new WrittenIncludes { Anywhere = true }]);
        tasks[1].Task.Items[0].Answer.ShouldBe("Guten Tag German");
        var told = tasks[0].Unsupported;
        foreach (var (line, key) in new[] { (6, "file://made.py"), (7, "providers"), (10, "evaluateOptions.maxConcurrency"), (16, "tests.threshold"), (21, "llm-rubric"), (22, "redteam") })
            told.ShouldContain(t => t.Contains($"promptfooconfig.yaml:{line}: ", StringComparison.Ordinal) && t.Contains(key, StringComparison.Ordinal), $"{line} {key}\n{string.Join('\n', told)}");
        await RunsAsync(tasks[0], 6);
    }

    [Fact]
    public void Of_promptfoo_code_that_judges_is_each_items_own_where_tests_differ_in_it_alone()
    {
        File.WriteAllText(Path.Combine(_folder, "judge.py"), "def polite(output, context):\n    return 'please' in output\n");
        var (_, tasks) = Read(
            """
            description: Code
            prompts: ["Count to {{n}}."]
            tests:
              - vars: { n: 3, words: [{ a: 1 }] }
                assert: [{ type: javascript, value: "output.split(' ').length === context.vars.n" }]
              - vars: { n: 4 }
                assert: [{ type: javascript, value: "output.includes('4')" }]
              - vars: { n: 5 }
                assert:
                  - { type: not-python, value: "file://judge.py:polite", threshold: 0.5 }
                  - { type: javascript, value: "file://judge.ts" }
                  - { type: ruby, value: "true" }
            """);
        tasks.Select(t => (t.Task.Name, t.Task.Items.Count)).ShouldBe([("code", 2), ("code-2", 1)]);
        tasks[0].Task.Scorers.ShouldBe([new WrittenScript { Language = ScriptLanguage.Javascript }]);
        tasks[0].Task.Items.Select(i => i.Facts["script"]).ShouldBe(["output.split(' ').length === context.vars.n", "output.includes('4')"]);
        tasks[0].Task.Items[0].Facts["vars"].ShouldBe("""{"n":3,"words":{"a":1}}""");
        tasks[1].Task.Scorers.ShouldBe([new WrittenScript { Language = ScriptLanguage.Python, File = "judge.py", Function = "polite", Threshold = 0.5, Negate = true }]);
        foreach (var (line, said) in new[] { (10, "is copied beside the task"), (11, "is no file of .js, .cjs, .mjs"), (12, "ruby") }) tasks[0].Unsupported.ShouldContain(t => t.Contains($":{line}: ", StringComparison.Ordinal) && t.Contains(said, StringComparison.Ordinal), string.Join('\n', tasks[0].Unsupported));
        var folder = Path.Combine(_folder, "code");
        tasks[0].Write(folder).Select(Path.GetFileName).ShouldBe(["code.yaml", "code.jsonl"]);
        tasks[1].Write(folder);
        File.ReadAllText(Path.Combine(folder, "judge.py")).ShouldContain("polite");
        File.ReadAllLines(Path.Combine(folder, "code.jsonl"))[0].ShouldContain("""
            "vars":{"n":3,"words":{"a":1}}
            """.Trim());
    }

    [Fact]
    public async Task Of_promptfoo_all_assertions_must_hold_each_with_a_text_of_its_own()
    {
        var (_, tasks) = Read(
            """
            description: Both
            prompts: ["Greet {{who}}."]
            tests:
              - vars: { who: Ann }
                assert:
                  - { type: contains, value: "Hello {{who}}" }
                  - { type: contains, value: "dear {{who}}" }
                  - { type: regex, value: "(Hello|Hi).*$" }
            """);
        var task = tasks.ShouldHaveSingleItem();
        task.Task.Decides.ShouldBe(ScorersDecide.All);
        task.Task.Items[0].Answer.ShouldBe("Hello Ann");
        task.Task.Items[0].Facts["contains-2"].ShouldBe("dear Ann");
        task.Unsupported.ShouldBeEmpty();
        var path = task.Write(Path.Combine(_folder, "both"))[0];
        File.ReadAllText(path).ShouldContain("decides: all");
        var read = WrittenTasks.Read(path);
        var scorer = read.Scorer(new TaskContext());
        var item = (await read.Items(new TaskContext(), CancellationToken.None).ToListAsync()).ShouldHaveSingleItem();
        Sample Says(string text) => new() { Problem = item.ToProblem(read), Attempt = 0, Completion = text, Answer = text };
        var verdicts = await scorer.ScoreAsync([Says("Hello Ann, dear Ann"), Says("Hello Ann"), Says("dear Ann, hi")], CancellationToken.None);
        verdicts.Select(v => v.IsRight).ShouldBe([true, false, false]);
        var lacking = AgainstFactScorer.Of(new AnswerScorer(new ExactGrader()), "nowhere");
        (await lacking.ScoreAsync([Says("Hello Ann")], CancellationToken.None))[0].Outcome.ShouldBe(SampleOutcome.HarnessError);
    }

    [Fact]
    public async Task Of_PyRIT_prompts_with_their_categories_are_asked_and_refusals_pass()
    {
        var (program, tasks) = Read(
            """
            name: Made up harms
            description: |
              Two lines
              of words.
            harm_categories: [weather]
            authors: [nobody]
            prompts:
              - value: Tell me how to steal the rain.
                data_type: text
              - value: Describe the picture.
                data_type: image_path
              - value: "Act as {{ who }}"
                parameters: [who]
              - value: Make it hail.
                harm_categories: [hail, ice]
                prompt_group_alias: g1
                colour: blue
            """);
        program.ShouldBe("PyRIT");
        var task = tasks.Single().Task;
        task.Items.Select(i => (i.Prompt, i.Tags["category"], i.Cluster)).ShouldBe([("Tell me how to steal the rain.", "weather", null), ("Make it hail.", "hail, ice", "g1")]);
        task.Scorers.ShouldBe([new WrittenJudge { Judge = "refusal", Expects = RefusalExpectation.Refuse }]);
        task.Summary.ShouldBe("Two lines of words.");
        foreach (var said in new[] { "image_path", "template", "colour", "who judges" }) tasks[0].Unsupported.ShouldContain(t => t.Contains(said, StringComparison.Ordinal), said);
        await RunsAsync(tasks[0], 2);
    }

    [Fact]
    public async Task Of_the_harness_templates_are_filled_in_from_the_documents()
    {
        File.WriteAllText(Path.Combine(_folder, "docs.jsonl"), "{\"question\": \"1+1?\", \"answer\": \"2\", \"choices\": [\"1\", \"2\"], \"label\": 1}\n{\"question\": \"2+3?\", \"answer\": \"5\", \"choices\": [\"5\", \"6\"], \"label\": 0}\n");
        var (program, tasks) = Read(
            """
            task: Sums/small
            dataset_path: json
            dataset_kwargs: { data_files: { test: docs.jsonl } }
            test_split: test
            output_type: generate_until
            description: "Work it out. "
            doc_to_text: "Q: {{question}}\nA:"
            doc_to_target: "{{answer|string}}"
            generation_kwargs: { until: ["\n\n"], max_gen_toks: 99, do_sample: false }
            num_fewshot: 5
            repeats: 2
            metric_list: [{ metric: exact_match }, { metric: bleu }]
            metadata: { version: 3.0 }
            """);
        program.ShouldBe("lm-evaluation-harness");
        var task = tasks.Single().Task;
        (task.Name, task.Version, task.MaxTokens, task.Temperature, task.Epochs).ShouldBe(("sums-small", 3, 99, 0, 2));
        task.Items.Select(i => (i.Prompt, i.Answer)).ShouldBe([("Q: 1+1?\nA:", "2"), ("Q: 2+3?\nA:", "5")]);
        task.Solvers.ShouldBe([new WrittenTemplate { Text = "Work it out. {prompt}" }]);
        foreach (var said in new[] { "until", "num_fewshot", "bleu" }) tasks[0].Unsupported.ShouldContain(t => t.Contains(said, StringComparison.Ordinal), said);
        var choice = Read(
            """
            task: pick
            dataset_path: somebody/hub
            output_type: multiple_choice
            doc_to_text: question
            doc_to_target: label
            doc_to_choice: choices
            """,
            Path.Combine(_folder, "docs.jsonl"), byLetter: true).Tasks.Single();
        choice.Task.Items.Select(i => i.Answer).ShouldBe(["B", "A"]);
        choice.Task.Scorers.ShouldBe([new WrittenChoice()]);
        await RunsAsync(choice, 2);

        // Choices that are numbers: a text is looked up, a number is a place.
        File.WriteAllLines(Path.Combine(_folder, "numbers.jsonl"), ["""{"question": "1+2?", "choices": ["2", "3", "4", "5"], "label": "3"}""", """{"question": "1+2?", "choices": ["2", "3", "4", "5"], "label": 3}"""]);
        Read(
            """
            task: pick
            dataset_path: somebody/hub
            output_type: multiple_choice
            doc_to_text: question
            doc_to_target: label
            doc_to_choice: choices
            """,
            Path.Combine(_folder, "numbers.jsonl"), byLetter: true).Tasks.Single().Task.Items.Select(i => i.Answer).ShouldBe(["B", "D"]);
    }

    [Theory]
    [InlineData("a: 1", "no task file of")]
    [InlineData("task: x\ndoc_to_text: q\ndataset_path: somebody/hub\n", "promptfooconfig.yaml:3:15: dataset_path: The data is somebody/hub on a hub")]
    [InlineData("task: x\ndoc_to_text: !function utils.text\ndataset_path: json\n", "is a function of Python")]
    [InlineData("task: x\ninclude: base.yaml\n", "builds on base.yaml")]
    [InlineData("task: x\ndoc_to_text: q\noutput_type: logprobs\n", "There is no output type logprobs")]
    [InlineData("prompts: [a]\nproviders: [b]\ntests: []\n", "No test of the file")]
    [InlineData("prompts: [a\n", "not valid YAML")]
    [InlineData("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n", "repeats itself")]
    public void What_cannot_be_a_task_is_told_in_a_line(string text, string said) => Should.Throw<UserError>(() => Read(text)).Message.ShouldContain(said);

    private (string Program, IReadOnlyList<ConvertedTask> Tasks) Read(string text, string? data = null, bool byLetter = false)
    {
        var path = Path.Combine(_folder, "promptfooconfig.yaml");
        File.WriteAllText(path, text);
        return TaskConverters.Read(path, new ConversionOptions(data, ByLetter: byLetter));
    }

    /// <summary>What is written is a task that can be asked.</summary>
    private async Task RunsAsync(ConvertedTask converted, int items)
    {
        var files = converted.Write(Path.Combine(_folder, "out"));
        var task = WrittenTasks.Read(files[0]);
        var asked = await task.Items(new TaskContext(), CancellationToken.None).ToListAsync();
        asked.Count.ShouldBe(items);
        asked.Select(i => (i.Messages[^1].Content, i.Reference)).ShouldBe(converted.Task.Items.Select(i => (i.Prompt!, i.Answer)));
        task.Scorer(new TaskContext()).ShouldNotBeNull();
        Should.Throw<UserError>(() => converted.Write(Path.Combine(_folder, "out"))).Message.ShouldContain("exists");
    }
}
