using System.Text.Json;
using Deliberate.Core;
using Json.Schema;
using Published = Json.Schema.JsonSchema;

namespace Deliberate.Models.Tests;

public sealed class JsonSchemaGrammarTests
{
    private const string Tree = """{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"value":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["value"]}}}""";

    [Theory]
    [InlineData("""{"type":"object"}""", """{"a":[1,{"b":null}],"c":"x\ny"}""", true)]
    [InlineData("""{"type":"object"}""", "[1]", false)]
    [InlineData("true", "[1, 2.5e-3, \"\\ud83d\\ude00\"]", true)]
    [InlineData("true", "\"\\ud83d\"", false)]
    [InlineData("true", "\"a\nb\"", false)]
    [InlineData("true", "01", false)]
    [InlineData("""{"properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["b"],"type":"object"}""", """{"b":true}""", true)]
    [InlineData("""{"properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["b"],"type":"object"}""", """{"a": "x", "b": false}""", true)]
    [InlineData("""{"properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["b"],"type":"object"}""", """{"a":"x"}""", false)]
    [InlineData("""{"properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["b"],"type":"object"}""", """{"b":true,"c":1}""", false)]
    [InlineData("""{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"},"type":"object"}""", """{"a":1,"aa":"x","b":"y"}""", true)]
    [InlineData("""{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"},"type":"object"}""", """{"a":"x"}""", false)]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2}""", """{"x":1,"y":2}""", true)]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2}""", "{}", false)]
    [InlineData("""{"type":"object","patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false}""", """{"x-a":1}""", true)]
    [InlineData("""{"type":"object","patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false}""", """{"a":1}""", false)]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""", "[1, 2]", true)]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""", "[1]", false)]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""", "[1,2,3,4]", false)]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":1}""", """[1,"a"]""", true)]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":1}""", "[1]", true)]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":1}""", "[]", false)]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"null"}}""", "[1,null,null]", true)]
    [InlineData("""{"enum":["a",1,null,{"k":[true]}]}""", """{"k": [true]}""", true)]
    [InlineData("""{"enum":["a",1,null],"type":"string"}""", "1", false)]
    [InlineData("""{"const":"é\"\n"}""", "\"é\\\"\\n\"", true)]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", "\"é😀\"", true)]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", "\"\\ud83d\\ude00\"", false)]
    [InlineData("""{"type":"string","pattern":"^[a-z]+$","maxLength":3}""", "\"abcd\"", false)]
    [InlineData("""{"type":"string","pattern":"b","maxLength":3}""", "\"abc\"", true)]
    [InlineData("""{"type":"string","pattern":"b","maxLength":3}""", "\"acc\"", false)]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-30\"", false)]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2024-02-28T10:00:00Z\"", true)]
    [InlineData("""{"type":"integer","minimum":-12,"exclusiveMaximum":105}""", "104", true)]
    [InlineData("""{"type":"integer","minimum":-12,"exclusiveMaximum":105}""", "105", false)]
    [InlineData("""{"type":"integer","minimum":-12,"exclusiveMaximum":105}""", "-12", true)]
    [InlineData("""{"type":"integer","minimum":-12,"exclusiveMaximum":105}""", "-13", false)]
    [InlineData("""{"type":"number","minimum":0.25,"maximum":1.5}""", "0.25", true)]
    [InlineData("""{"type":"number","minimum":0.25,"maximum":1.5}""", "0.249", false)]
    [InlineData("""{"type":"number","minimum":0.25,"maximum":1.5}""", "1.50", true)]
    [InlineData("""{"type":"number","minimum":0.25,"maximum":1.5}""", "1.51", false)]
    [InlineData("""{"type":["integer","null"]}""", "null", true)]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"string","enum":["x"]}]}""", "\"x\"", true)]
    [InlineData("""{"allOf":[{"type":"object","properties":{"a":{"minimum":3}}},{"properties":{"a":{"type":"integer"}},"required":["a"]}]}""", """{"a":2}""", false)]
    [InlineData("""{"allOf":[{"type":"object","properties":{"a":{"minimum":3}}},{"properties":{"a":{"type":"integer"}},"required":["a"]}]}""", """{"a":4}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]},{"properties":{"b":{"const":1}},"required":["b"]}]}""", """{"a":"x","b":1}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]},{"properties":{"b":{"const":1}},"required":["b"]}]}""", "{}", false)]
    [InlineData(Tree, """{"value":1,"children":[{"value":2,"children":[]},{"value":3}]}""", true)]
    [InlineData(Tree, """{"value":1,"children":[{"children":[]}]}""", false)]
    [InlineData("""{"type":"object","properties":{"a/b~c":{"$ref":"#/properties/x"},"x":{"type":"null"}},"required":["a/b~c"]}""", """{"a/b~c":null}""", true)]
    public void A_schema_says_what_may_be_written(string schema, string json, bool fits)
    {
        OutputGrammar.FromJsonSchema(schema).Matches(json).ShouldBe(fits);
        if (fits) Valid(schema, json).ShouldBeTrue("the table itself must be right");
    }

    [Theory]
    [InlineData("""{"not":{"type":"string"}}""", "#/not")]
    [InlineData("""{"type":"object","properties":{"a":{"if":{}}}}""", "#/properties/a/if")]
    [InlineData("""{"type":"array","items":{"type":"string","format":"iri"}}""", "#/items/format")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "#/uniqueItems")]
    [InlineData("""{"type":"integer","multipleOf":3}""", "#/multipleOf")]
    [InlineData("""{"type":"text"}""", "#/type")]
    [InlineData("""{"type":"string","pattern":"(?=x)"}""", "#/pattern")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref")]
    [InlineData("""{"$ref":"https://example.org/schema"}""", "#/$ref")]
    [InlineData("""{"$ref":"#"}""", "#/$ref")]
    [InlineData("""{"anyOf":[]}""", "#/anyOf")]
    [InlineData("""{"enum":[]}""", "#/enum")]
    [InlineData("""{"minLength":-1,"type":"string"}""", "#/minLength")]
    [InlineData("""{"type":"object","required":[1]}""", "#/required")]
    [InlineData("""{"type":"object","properties":{"a":3}}""", "#/properties/a")]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}},"maxProperties":1}""", "#/maxProperties")]
    [InlineData("false", "#")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""", "#")]
    [InlineData("""{"type":"string","enum":[1]}""", "#")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "#")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"type":"string"}]}""", "#")]
    [InlineData("[1", "#")]
    [InlineData("3", "#")]
    public void What_is_not_supported_or_matches_nothing_is_refused_by_its_pointer(string schema, string pointer) =>
        Should.Throw<UserError>(() => OutputGrammar.FromJsonSchema(schema)).Field.ShouldBe(pointer);

    [Theory]
    [InlineData("^(a?){9999}$")]
    [InlineData("^(a?){0,9999}$")]
    [InlineData("^((a?){600})*$")]
    public void A_pattern_whose_repetitions_may_be_empty_is_refused_before_it_takes_all_memory(string pattern) =>
        Bounded.ShouldBeRefused(() => OutputGrammar.FromJsonSchema($$"""{"type":"string","pattern":"{{pattern}}"}""")).Message.ShouldContain("more than 200000 steps between states");

    [Fact]
    public void What_random_schemas_write_at_random_is_valid()
    {
        var written = 0;
        for (var seed = 0; seed < 250; seed++)
        {
            var schema = new RandomSchema(seed).Make();
            var grammar = OutputGrammar.FromJsonSchema(schema);
            var random = new Random(seed);
            for (var i = 0; i < 4; i++)
            {
                if (grammar.Write(random, 400) is not { } json) continue;
                Valid(schema, json).ShouldBeTrue($"seed {seed}: {schema} wrote {json}");
                written++;
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{written} documents of 250 schemas.");
        written.ShouldBeGreaterThan(600);
    }

    private static bool Valid(string schema, string json)
    {
        using var document = JsonDocument.Parse(json);
        return Published.FromText(schema).Evaluate(document.RootElement, new EvaluationOptions { RequireFormatValidation = true }).IsValid;
    }
}
