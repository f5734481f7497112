using System.Text;
using System.Text.Json.Nodes;
using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

/// <summary>Ids and names of tokens that a model does not need may be anything; those it needs are refused by name.</summary>
public sealed class OptionalTokenTests : IDisposable
{
    private const int Vocabulary = 320;
    private const string Padding = "tokenizer.ggml.padding_token_id";

    /// <summary>What stands for an id in files that circulate, and whether it says "none" or names a token.</summary>
    private static readonly Gen<(string Json, bool IsFine)> Ids = Gen.Elements(
        ("null", true), ("-1", true), ("-100", true), ("[]", true), ("[-1]", true), ("[null]", true), ("0", true), ("6", true), ("6.0", true), ("319", true), ("[6]", true), ("[6,7]", true),
        ("4294967295", false), ("320", false), ("151643", false), ("18446744073709551615", false), ("1e30", false), ("2.5", false), ("\"6\"", false), ("true", false), ("{}", false), ("[320]", false), ("[[6]]", false), ("[\"6\"]", false));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Padding_and_begin_of_a_folder_may_be_anything()
    {
        _folder.CopyInto("llama");
        var originals = new[] { "config.json", "generation_config.json" }.ToDictionary(name => name, name => File.ReadAllText(_folder.File(name)));
        var cases = from id in Ids from field in Gen.Elements("pad_token_id", "bos_token_id") from file in Gen.Elements("config.json", "generation_config.json") select (id, field, file);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            foreach (var (name, text) in originals) _folder.Write(name, text);
            Set(c.file, c.field, c.id.Json);
            using var opened = PretrainedModel.Open(_folder.Path);
            opened.Ignored.Select(i => (Path.GetFileName(i.File), i.Field)).Distinct().ShouldBe(c.id.IsFine ? [] : [(c.file, c.field)], c.ToString());
            opened.Text.StopIds.ShouldBe([2]);
            foreach (var id in new[] { opened.Configuration.PadTokenId, opened.Configuration.BosTokenId, opened.Text.Generation.PadTokenId, opened.Text.Generation.BosTokenId })
                (id ?? 0).ShouldBeInRange(0, Vocabulary - 1);
        }));
    }

    [Theory]
    [InlineData("[4294967295,2,7]", "2 7")]
    [InlineData("4294967295", "2")]
    [InlineData("-1", "2")]
    [InlineData("null", "2")]
    public void An_end_that_says_none_is_none(string json, string stops)
    {
        _folder.CopyInto("llama");
        Set("generation_config.json", "eos_token_id", json);
        using var opened = PretrainedModel.Open(_folder.Path);
        string.Join(' ', opened.Text.StopIds).ShouldBe(stops);
        opened.Ignored.Count.ShouldBe(json.Contains("4294967295", StringComparison.Ordinal) ? 1 : 0);
    }

    [Theory]
    [InlineData("320")]
    [InlineData("[2,320]")]
    [InlineData("\"2\"")]
    [InlineData("1e30")]
    public void An_end_that_names_no_token_is_refused_where_it_is_in_force(string json)
    {
        _folder.CopyInto("llama");
        Set("config.json", "eos_token_id", json);
        using (var opened = PretrainedModel.Open(_folder.Path)) opened.Ignored.ShouldHaveSingleItem().Field.ShouldBe("eos_token_id");
        Set("generation_config.json", "eos_token_id", "null");
        Refused("config.json");
        Set("generation_config.json", "eos_token_id", json);
        Set("config.json", "eos_token_id", "2");
        Refused("generation_config.json");

        void Refused(string file)
        {
            var error = Should.Throw<UserError>(() => PretrainedModel.Open(_folder.Path).Dispose());
            (Path.GetFileName(error.File), error.Field).ShouldBe((file, "eos_token_id"));
        }
    }

    [Fact]
    public void A_model_whose_only_end_names_no_token_is_refused()
    {
        _folder.CopyInto("llama");
        // The template's own end of a turn is an end too.
        _folder.Write("chat_template.jinja", "{% for m in messages %}{{ m.content }}{% endfor %}");
        Set("generation_config.json", "eos_token_id", "null");
        Set("tokenizer_config.json", "eos_token", "null");
        Set("config.json", "eos_token_id", "4294967295");
        var error = Should.Throw<UserError>(() => PretrainedModel.Open(_folder.Path).Dispose());
        (Path.GetFileName(error.File), error.Field).ShouldBe(("config.json", "eos_token_id"));
        error.Problem.ShouldContain("4294967295");

        // That a text has no end is no fault: base models say so.
        Set("config.json", "eos_token_id", "-1");
        using var opened = PretrainedModel.Open(_folder.Path);
        opened.Text.StopIds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("pad_token", "5")]
    [InlineData("pad_token", "[\"<|pad|>\"]")]
    [InlineData("unk_token", "{}")]
    [InlineData("unk_token", "{\"content\":null}")]
    [InlineData("bos_token", "false")]
    public void A_special_token_that_is_not_spelled_as_one_is_left_out_unless_the_template_writes_it(string name, string json)
    {
        _folder.CopyInto("llama");
        _folder.Write("chat_template.jinja", "{% for m in messages %}{{ m.content }}{% endfor %}");
        Set("tokenizer_config.json", name, json);
        using (var opened = PretrainedModel.Open(_folder.Path))
        {
            opened.Ignored.Select(i => i.Field).ShouldBe([name]);
            opened.Text.SpecialTokens.ShouldNotContain(t => t.Key == name);
            opened.Text.StopIds.ShouldBe([2]);
        }

        _folder.Write("chat_template.jinja", $"{{{{ {name} }}}}");
        var error = Should.Throw<UserError>(() => PretrainedModel.Open(_folder.Path).Dispose());
        (Path.GetFileName(error.File), error.Field).ShouldBe(("tokenizer_config.json", name));
    }

    [Fact]
    public void An_added_token_beyond_the_embedding_is_left_out_unless_texts_need_it()
    {
        _folder.CopyInto("llama");
        _folder.Write("chat_template.jinja", "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}");
        var tokenizer = JsonNode.Parse(File.ReadAllText(_folder.File("tokenizer.json")))!;
        tokenizer["added_tokens"]!.AsArray().Add(JsonNode.Parse($$"""{"id":{{Vocabulary}},"content":"[PAD]","special":true}"""));
        File.WriteAllText(_folder.File("tokenizer.json"), tokenizer.ToJsonString());
        Set("tokenizer_config.json", "pad_token", "\"[PAD]\"");
        using (var opened = PretrainedModel.Open(_folder.Path))
        {
            opened.Ignored.ShouldHaveSingleItem().Value.ShouldBe("\"[PAD]\" (320)");
            opened.Text.Tokenizer.VocabularySize.ShouldBe(Vocabulary);
            opened.Text.Tokenizer.Encode("a[PAD]b").ShouldAllBe(id => id < Vocabulary);
            opened.Text.Tokenizer.Decode(opened.Text.Tokenizer.Encode("a[PAD]b<|im_end|>"), skipSpecial: false).ShouldBe("a[PAD]b<|im_end|>");
        }

        Set("tokenizer_config.json", "eos_token", "\"[PAD]\"");
        Should.Throw<UserError>(() => PretrainedModel.Open(_folder.Path).Dispose()).Field.ShouldBe("added_tokens");
        Set("tokenizer_config.json", "eos_token", "\"<|im_end|>\"");
        _folder.Write("chat_template.jinja", "{% for m in messages %}{{ m.content }}[PAD]{% endfor %}");
        Should.Throw<UserError>(() => PretrainedModel.Open(_folder.Path).Dispose()).Field.ShouldBe("added_tokens");
    }

    [Theory]
    [InlineData(4u, uint.MaxValue, false)]
    [InlineData(4u, 320u, false)]
    [InlineData(5u, uint.MaxValue, true)]
    [InlineData(4u, 6u, true)]
    [InlineData(6u, 0u, false)]
    public void Padding_of_a_gguf_file_may_be_anything(uint type, uint value, bool isFine)
    {
        using var opened = Open((Padding, type, value));
        opened.Ignored.Select(i => i.Field).ShouldBe(isFine ? [] : [Padding]);
        opened.Configuration.PadTokenId.ShouldBe(value == 6 ? 6 : null);
    }

    [Fact]
    public void An_end_of_turn_that_is_none_leaves_the_end_of_text()
    {
        using var opened = Open(("tokenizer.ggml.eot_token_id", 4, uint.MaxValue));
        opened.Text.StopIds.ShouldBe(opened.Configuration.EosTokenIds);
        opened.Ignored.ShouldHaveSingleItem().Value.ShouldBe("4294967295");
    }

    [Fact]
    public void Begin_and_end_of_a_gguf_file_are_needed_where_texts_have_them()
    {
        const int Bool = 7;
        using (var opened = Changed("bos")) opened.Ignored.ShouldHaveSingleItem().Field.ShouldBe("tokenizer.ggml.bos_token_id");
        var error = Should.Throw<UserError>(() => Changed("bos", ("tokenizer.ggml.add_bos_token", Bool, 1)).Dispose());
        (error.Field, error.File).ShouldBe(("tokenizer.ggml.bos_token_id", _folder.File("model.gguf")));
        // The only end.
        Should.Throw<UserError>(() => Changed("eos").Dispose()).Field.ShouldBe("tokenizer.ggml.eos_token_id");

        PretrainedModel Changed(string name, params (string, uint, uint)[] pairs)
        {
            var bytes = File.ReadAllBytes(FixtureModels.Gguf("llama.F32.gguf"));
            var key = Encoding.ASCII.GetBytes($"tokenizer.ggml.{name}_token_id");
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.AsSpan().IndexOf(key) + key.Length + 4), uint.MaxValue).ShouldBeTrue();
            return Open(bytes, pairs);
        }
    }

    private PretrainedModel Open(params (string Key, uint Type, uint Value)[] pairs) => Open(File.ReadAllBytes(FixtureModels.Gguf("llama.F32.gguf")), pairs);

    /// <summary>With more pairs of metadata in front, and one of filler, so that all that follows moves by whole units of alignment.</summary>
    private PretrainedModel Open(byte[] file, (string Key, uint Type, uint Value)[] pairs)
    {
        const int Start = 24, Alignment = 32;
        var more = new List<byte>();
        foreach (var (key, type, value) in pairs) more.AddRange([.. BitConverter.GetBytes((ulong)key.Length), .. Encoding.ASCII.GetBytes(key), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(value).AsSpan(..(type == 7 ? 1 : 4))]);
        var filler = Alignment - ((more.Count + 8 + 1 + 4 + 8) % Alignment);
        more.AddRange([.. BitConverter.GetBytes(1UL), (byte)'x', .. BitConverter.GetBytes(8), .. BitConverter.GetBytes((ulong)filler), .. new byte[filler]]);
        var count = BitConverter.ToUInt64(file, Start - 8) + (ulong)pairs.Length + 1;
        return PretrainedModel.Open(_folder.Write("model.gguf", [.. file[..(Start - 8)], .. BitConverter.GetBytes(count), .. more, .. file[Start..]]));
    }

    private void Set(string file, string key, string json)
    {
        var node = JsonNode.Parse(File.ReadAllText(_folder.File(file)))!;
        node[key] = JsonNode.Parse(json);
        File.WriteAllText(_folder.File(file), node.ToJsonString());
    }
}
