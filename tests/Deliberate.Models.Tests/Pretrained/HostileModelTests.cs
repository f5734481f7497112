using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

/// <summary>Checkpoints come from strangers: each of these is one user error that names file and field, soon and cheaply.</summary>
public sealed class HostileModelTests : IDisposable
{
    private const string Tiny = """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[BEGIN,END]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string?, Action<string>> Damages() => new()
    {
        { "a header longer than the file", "model.safetensors", "header", f => Edit(f, bytes => BitConverter.TryWriteBytes(bytes, long.MaxValue)) },
        { "overlapping tensors", "model.safetensors", "b", f => File.WriteAllBytes(f, SafetensorsFileTests.File(Tiny.Replace("BEGIN", "2").Replace("END", "6"), 6)) },
        { "a hole between tensors", "model.safetensors", "b", f => File.WriteAllBytes(f, SafetensorsFileTests.File(Tiny.Replace("BEGIN", "5").Replace("END", "9"), 9)) },
        { "a tensor longer than the file", "model.safetensors", "b", f => File.WriteAllBytes(f, SafetensorsFileTests.File(Tiny.Replace("BEGIN", "4").Replace("END", "8"), 6)) },
        { "a size that lies", "model.safetensors", "b", f => File.WriteAllBytes(f, SafetensorsFileTests.File(Tiny.Replace("BEGIN", "4").Replace("END", "9"), 9)) },
        { "an offset that overflows", "model.safetensors", "b", f => File.WriteAllBytes(f, SafetensorsFileTests.File(Tiny.Replace("BEGIN", "4").Replace("END", "18446744073709551620"), 8)) },
        { "tensors of another model", "model.safetensors", "model.layers.0.self_attn.q_proj.weight", f => File.Copy(FixtureModels.Folder("gemma3") + "/model.safetensors", f, overwrite: true) },
        { "an empty file of weights", "model.safetensors", null, f => File.WriteAllBytes(f, []) },
        { "10^9 layers", "config.json", "num_hidden_layers", f => Set(f, "num_hidden_layers", 1_000_000_000) },
        { "positions whose rotary table nobody holds", "config.json", "max_position_embeddings", f => Set(f, "max_position_embeddings", 1 << 29) },
        { "more layers than there are", "model.safetensors", "model.layers.2.input_layernorm.weight", f => Set(f.Replace("model.safetensors", "config.json"), "num_hidden_layers", 10_000) },
        { "a vocabulary beyond the weights", "model.safetensors", "model.embed_tokens.weight", f => Set(f.Replace("model.safetensors", "config.json"), "vocab_size", 16_000_000) },
        { "a key twice", "config.json", null, f => File.WriteAllText(f, File.ReadAllText(f).Replace("\"hidden_act\"", "\"vocab_size\"")) },
        { "a key that is half a character", "config.json", null, f => File.WriteAllText(f, File.ReadAllText(f).Replace("\"hidden_act\"", "\"\\ud800\"")) },
        { "lists in lists", "config.json", null, f => File.WriteAllText(f, new string('[', 100_000)) },
        { "a configuration of 5 MB", "config.json", null, f => File.WriteAllText(f, "{\"a\":[0" + Repeat(",0", 2_500_000) + "]}") },
        { "an empty configuration", "config.json", null, f => File.WriteAllText(f, "") },
        { "another architecture", "config.json", "architectures", f => Set(f, "architectures", new JsonArray("MambaForCausalLM")) },
        { "a key twice at the top", "tokenizer.json", null, f => File.WriteAllText(f, File.ReadAllText(f).TrimEnd().TrimEnd('}') + ",\"model\":{}}") },
        { "a token twice", "tokenizer.json", null, f => Vocabulary(f, "{\"a\":0,\"a\":1}", "[]") },
        { "a merge that leads back to itself", "tokenizer.json", "model.merges[0]", f => Vocabulary(f, "{\"a\":0,\"\":1}", "[[\"a\",\"\"]]") },
        { "merges of what is made later, in a ring", "tokenizer.json", "model.merges[0]", f => Vocabulary(f, "{\"a\":0,\"b\":1,\"ab\":2}", "[[\"aba\",\"b\"],[\"ab\",\"a\"]]") },
        { "an id of two thousand million", "tokenizer.json", "model.vocab", f => Vocabulary(f, "{\"a\":2000000000}", "[]") },
        { "ten million values", "tokenizer.json", null, f => File.WriteAllText(f, "{\"a\":[0" + Repeat(",0", 10_000_000) + "]}") },
        { "a tokenizer of 65 MB", "tokenizer.json", null, f => Length(f, 65 << 20) },
        { "a thousand steps", "tokenizer.json", "normalizer.normalizers", f => Stage(f, "normalizer", $$"""{"type":"Sequence","normalizers":[{"type":"NFC"}{{Repeat(""",{"type":"NFC"}""", 1000)}}]}""") },
        { "a tokenizer of another model", "tokenizer.json", null, f => File.Copy(Path.Combine(Deliberate.Testing.SharedFolder.Path("fixtures", "tokenizers", "llama3"), "tokenizer.json"), f, overwrite: true) },
        { "a template that does not end", "tokenizer_config.json: chat_template", null, f => { File.Delete(f.Replace("tokenizer_config.json: chat_template", "chat_template.jinja")); File.WriteAllText(f.Replace(": chat_template", ""), """{"chat_template":"{% for"}"""); } },
        { "a template of 5 MB", "chat_template.jinja", null, f => Length(f, 5 << 20) },
        { "a token id beyond the vocabulary", "generation_config.json", "eos_token_id", f => File.WriteAllText(f, """{"eos_token_id":[2,320]}""") },
        { "a temperature below zero", "generation_config.json", "temperature", f => File.WriteAllText(f, """{"temperature":-1}""") },
        { "pickled weights", "pytorch_model.bin", null, f => { File.Delete(f.Replace("pytorch_model.bin", "model.safetensors")); File.WriteAllText(f, ""); } },
        { "a path out of the folder", "model.safetensors.index.json", "lm_head.weight", f => Index(f, "../model.safetensors") },
        { "a path from the root", "model.safetensors.index.json", "lm_head.weight", f => Index(f, "/etc/passwd") },
        { "a shard that is pickled", "pytorch_model-00001-of-00002.bin", null, f => Index(f.Replace("pytorch_model-00001-of-00002.bin", "model.safetensors.index.json"), "pytorch_model-00001-of-00002.bin") },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_folder_is_one_quick_error_that_names_file_and_field(string what, string file, string? field, Action<string> damage)
    {
        _folder.CopyInto("llama");
        damage(_folder.File(file));
        var error = Bounded.ShouldBeRefused(() => PretrainedModel.Open(_folder.Path).Dispose(), what);
        Path.GetFileName(error.File).ShouldBe(file, error.Message);
        if (field is not null) error.Field.ShouldBe(field, error.Message);
    }

    [Fact]
    public void A_weight_that_is_not_a_number_names_its_tensor()
    {
        _folder.CopyInto("llama");
        Edit(_folder.File("model.safetensors"), bytes => BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), float.PositiveInfinity));
        using var opened = PretrainedModel.Open(_folder.Path);
        using var device = Deliberate.Tensors.Device.Cpu(1);
        var error = Bounded.ShouldBeRefused(() => opened.LoadWeights(device).Dispose());
        (error.File, error.Field).ShouldBe((_folder.File("model.safetensors"), opened.Weights.Names[^1]));
    }

    [Fact]
    public void A_pipe_in_place_of_a_file_is_not_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes in folders are made with mkfifo.");
        foreach (var name in new[] { "config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "model.safetensors" })
        {
            using var folder = new TemporaryFolder();
            folder.CopyInto("llama");
            File.Delete(folder.File(name));
            using (var process = Process.Start("mkfifo", folder.File(name))) process.WaitForExit(5000).ShouldBeTrue("mkfifo ends");
            Bounded.ShouldBeRefused(() => PretrainedModel.Open(folder.Path).Dispose(), name).File.ShouldBe(folder.File(name));
        }
    }

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ 'a' * 1000000000 }}")]
    [InlineData("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}")]
    public void A_template_that_loops_for_ever_or_asks_for_a_gigabyte_is_stopped(string template)
    {
        _folder.CopyInto("llama");
        var path = _folder.Write("chat_template.jinja", template);
        using var opened = PretrainedModel.Open(_folder.Path);
        Bounded.ShouldBeRefused(() => opened.Text.Render(new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf(("user", "hi")) })).File.ShouldBe(path);
    }

    [Theory]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a|aa)+$"},"behavior":"Isolated"}""")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[STEPS]}""")]
    [InlineData("decoder", """{"type":"Sequence","decoders":[STEPS]}""")]
    public void A_rule_that_takes_for_ever_or_a_gigabyte_is_stopped(string stage, string rule)
    {
        // Forty steps that double the text.
        const string Step = """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""";
        var path = _folder.Write("tokenizer.json", """{"model":{"vocab":{"a":0,"b":1},"merges":[]}}""");
        Stage(path, stage, rule.Replace("STEPS", Step + Repeat("," + Step, 39)));
        var tokenizer = Tokenizer.Load(path);
        var error = Bounded.ShouldBeRefused(() => tokenizer.Decode(tokenizer.Encode(new string('a', 60) + "b")));
        (error.File, error.Field).ShouldBe((path, stage));
    }

    [Fact]
    public void A_pattern_that_is_slow_on_every_piece_is_stopped_too()
    {
        var path = _folder.Write("tokenizer.json", """{"model":{"vocab":{"a":0,"b":1," ":2},"merges":[]}}""");
        Stage(path, "pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"String":" "},"behavior":"Isolated"},{"type":"Split","pattern":{"Regex":"(a|aa)+$"},"behavior":"Isolated"}]}""");
        var tokenizer = Tokenizer.Load(path);
        // Each piece takes a fraction of a second, all of them a minute.
        Bounded.ShouldBeRefused(() => tokenizer.Encode(Repeat(new string('a', 22) + "b ", 300))).File.ShouldBe(path);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("generation_config.json")]
    [InlineData("config.json")]
    [InlineData("model.safetensors.index.json")]
    public void Every_damaged_byte_of_a_small_file_gives_a_user_error_or_opens(string name)
    {
        _folder.CopyInto("llama");
        Index(_folder.File("model.safetensors.index.json"), "model.safetensors");
        if (name != "model.safetensors.index.json") File.Delete(_folder.File("model.safetensors.index.json"));
        else File.Move(_folder.File("model.safetensors"), _folder.File("weights.safetensors"));
        if (name == "tokenizer.json") _folder.Write(name, BpeTrainer.Train(["the cat the hat"], 40, ["<|end|>"], new BpeTrainerOptions { AllBytes = false, Alphabet = "thecat " }).ToJson());
        if (name == "model.safetensors.index.json") _folder.Write(name, File.ReadAllText(_folder.File(name)).Replace("model.safetensors", "weights.safetensors"));
        var good = File.ReadAllBytes(_folder.File(name));
        int cases = 0, opened = 0;
        for (var i = 0; i < good.Length; i++)
        {
            // Every byte, by two of four damages in turn: its neighbour has the others.
            foreach (var value in i % 2 == 0 ? new[] { (byte)(good[i] ^ 1), (byte)'"' } : [(byte)'9', (byte)0xFF])
            {
                var bad = (byte[])good.Clone();
                bad[i] = value;
                cases++;
                if (OpensOrUserError(name, bad)) opened++;
            }
        }

        for (var length = 1; length < good.Length; length += 7) OpensOrUserError(name, good[..length]);
        var edits = Gen.Zip(Gen.Choose(0, good.Length - 1), Gen.Choose(0, 255)).ListOf(6);
        Prop.ForAll(edits.ToArbitrary(), list =>
        {
            var bad = (byte[])good.Clone();
            foreach (var (at, value) in list) bad[at] = (byte)value;
            OpensOrUserError(name, bad);
        }).QuickCheckThrowOnFailure();
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} damaged files, {opened} still open");
    }

    [Fact]
    public void Damaged_bytes_of_a_gguf_files_header_give_a_user_error_or_open()
    {
        var good = File.ReadAllBytes(FixtureModels.Gguf("llama.F32.gguf"));
        var header = good.AsSpan().IndexOf("blk.0."u8);
        int cases = 0, opened = 0;
        for (var i = 0; i < header; i += 19)
        {
            foreach (var value in new[] { (byte)(good[i] ^ 1), (byte)0, (byte)0xFF })
            {
                var bad = (byte[])good.Clone();
                bad[i] = value;
                cases++;
                if (OpensOrUserError("model.gguf", bad)) opened++;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} damaged headers, {opened} still open");
    }

    private bool OpensOrUserError(string name, byte[] bytes)
    {
        var path = _folder.Write(name, bytes);
        try
        {
            using var opened = PretrainedModel.Open(name.EndsWith(".gguf", StringComparison.Ordinal) ? path : _folder.Path);
            opened.Text.Tokenizer.Decode(opened.Text.Tokenizer.Encode("the <|end|>cat é 12", addSpecialTokens: true));
            return true;
        }
        catch (UserError error)
        {
            // That a text needs a letter which the vocabulary lacks is no fault of a file.
            if (!error.Problem.Contains("cannot spell", StringComparison.Ordinal)) error.File.ShouldNotBeNull(error.Message);
            return false;
        }
    }

    private static void Edit(string file, Action<byte[]> edit)
    {
        var bytes = File.ReadAllBytes(file);
        edit(bytes);
        File.WriteAllBytes(file, bytes);
    }

    private static void Set(string file, string key, JsonNode value)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json[key] = value;
        File.WriteAllText(file, json.ToJsonString());
    }

    private static void Stage(string file, string stage, string rule) => Set(file, stage, JsonNode.Parse(rule)!);

    private static void Vocabulary(string file, string vocabulary, string merges) =>
        File.WriteAllText(file, $$$"""{"model":{"type":"BPE","vocab":{{{vocabulary}}},"merges":{{{merges}}}}}""");

    private static void Index(string file, string holder)
    {
        using var weights = SafetensorsFile.Open(Path.Combine(FixtureModels.Folder("llama"), "model.safetensors"));
        var map = new JsonObject(weights.Names.Select(n => new KeyValuePair<string, JsonNode?>(n, holder)));
        File.WriteAllText(file, new JsonObject { ["weight_map"] = map }.ToJsonString());
        if (holder != "model.safetensors") File.Delete(Path.Combine(Path.GetDirectoryName(file)!, "model.safetensors"));
    }

    private static void Length(string file, long length)
    {
        using var stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
