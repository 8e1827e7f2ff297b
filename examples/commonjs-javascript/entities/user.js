const { EntitySchema } = require('typeorm')

exports.User = new EntitySchema({
  name: 'User',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 100 },
    email: { type: String, length: 255, nullable: true, unique: true },
  },
})
